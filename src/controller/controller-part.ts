/** What each part of the controller is to the whole. Types only. */
import type { Image } from '../metadata/image.js';
import type { Operation } from '../metadata/model.js';
import type { Moment } from '../state-machine/hosted-controller.js';

export interface ControllerPart {
  /** This node leads from now on; nothing is known that is not in the image. */
  lead(moment: Moment): void;
  /** To be proposed now. Each does no harm when it comes twice or too late. */
  operations(image: Image, moment: Moment): Operation[];
  /** When it has operations again, even if nothing happens; Infinity: never. */
  nextDueAt(): number;
}
