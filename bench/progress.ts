/**
 * A bar on a terminal while a run lasts; nothing where no one watches. How far it is follows from how long each
 * question usually takes: a question that reported by itself would have to stop measuring.
 */

interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Step {
  readonly name: string;
  /** How long it usually takes. */
  readonly seconds: number;
}

export interface Progress {
  begin(step: number): void;
  end(): void;
}

const cells = 30;
const redrawMs = 500;
const clearLine = '\r\u001b[2K';

/** `step` of `steps` has gone on for so long; all before it are over. */
export function barText(steps: readonly Step[], step: number, elapsedSeconds: number): string {
  const sum = (some: readonly Step[]): number => some.reduce((seconds, { seconds: each }) => seconds + each, 0);
  const { name, seconds } = steps[step] ?? { name: '', seconds: 0 };
  const total = sum(steps);
  // One that takes longer than usual stands still: a bar never goes back.
  const done = sum(steps.slice(0, step)) + Math.min(elapsedSeconds, seconds);
  const share = total === 0 ? 1 : done / total;
  const filled = Math.round(share * cells);
  const bar = '█'.repeat(filled) + '░'.repeat(cells - filled);
  const place = `${name} (${step + 1} of ${steps.length})`;
  return `${bar} ${Math.round(share * 100)} %  ${place}  ${Math.ceil(total - done)} s left`;
}

export function createProgress(screen: Screen, steps: readonly Step[]): Progress {
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    if (timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
    screen.write(clearLine);
  };
  return {
    begin(step) {
      end();
      if (screen.isTTY !== true) return;
      const startedAt = performance.now();
      const draw = (): void => {
        const text = barText(steps, step, (performance.now() - startedAt) / 1000);
        screen.write(clearLine + text.slice(0, (screen.columns || 80) - 1));
      };
      draw();
      timer = setInterval(draw, redrawMs).unref();
    },
    end,
  };
}
