/** Steps of an image on their way to the host, in slices that cost little each: writes are applied in between. */
import type { BrokerInfo, TopicInfo } from '../model.js';
import type { ImageStep } from './image-steps.js';
import { watchLimits } from './limits.js';
import type { PackedRecords, RecordPacker } from './packed-records.js';
import { RecordReader } from './packed-records.js';

/** At least one; the last is what it returns. */
export function* packSteps(
  packer: RecordPacker,
  steps: Iterable<ImageStep>,
): Generator<PackedRecords, PackedRecords, void> {
  let records = 0;
  for (const step of steps) {
    if (records === watchLimits.maxRecordsPerSlice) {
      yield packer.take();
      records = 0;
    }
    packStep(packer, step);
    records += 1;
  }
  return packer.take();
}

export function* readSteps(packed: PackedRecords): Generator<ImageStep, void, void> {
  const reader = new RecordReader(packed);
  while (!reader.atEnd) yield readStep(reader);
}

function packStep(packer: RecordPacker, step: ImageStep): void {
  packer.text(step.kind);
  switch (step.kind) {
    case 'partition':
      packer.partition(step.info);
      return;
    case 'brokerGone':
      packer.number(step.id);
      return;
    case 'topicGone':
      packer.text(step.name);
      return;
    default:
      packer.object(step.info);
  }
}

function readStep(reader: RecordReader): ImageStep {
  const kind = reader.text() as ImageStep['kind'];
  switch (kind) {
    case 'partition':
      return { kind, info: reader.partition() };
    case 'brokerGone':
      return { kind, id: reader.number() };
    case 'topicGone':
      return { kind, name: reader.text() };
    case 'broker':
      return { kind, info: reader.object() as BrokerInfo };
    default:
      return { kind, info: reader.object() as TopicInfo };
  }
}
