/**
 * G5: every known way to get Raft wrong that can be planted here is found, soon, and always after the same number of
 * seeds: the proof that the harness can see. The detectors must also stay silent over the sound code.
 */
import { search } from '../simulation/detectors/search.js';
import { occurrences } from '../simulation/defective-core.js';
import type { DetectorName } from '../simulation/seeded-defect.js';
import { SEEDED_DEFECTS } from '../simulation/seeded-defects.js';
import { searchAll } from '../simulation/seeded-search.js';
import { figuresOf, readTable, tableOf, WRITE_COMMAND, type Results } from '../simulation/seeded-table.js';
import type { Gate } from './gate.js';

const MINIMUM_ROWS = 45;
const MAXIMUM_MEDIAN = 50;
/** As many as a defect may take. The simulation and the run over all disk calls have gates of their own. */
const SOUND_SEEDS = { short: 1_000, long: 20_000 } as const;
const detectors: readonly DetectorName[] = ['stability', 'exactly once', 'client', 'transport', 'metadata', 'quorum'];

export const gate: Gate = async ({ long, progress, tell }) => {
  const stale = SEEDED_DEFECTS.filter((defect) => occurrences(defect) !== 1);
  for (const { name, file, text } of stale) tell(`does not occur exactly once in ${file}.js: ${name}\n${text}`);
  let done = 0;
  const found = await searchAll([...SEEDED_DEFECTS.keys()], () => {
    done += 1;
    progress(`${done} of ${SEEDED_DEFECTS.length} defects searched`);
  });
  const results: Results = SEEDED_DEFECTS.map((_, place) => found.get(place) ?? null);
  const table = tableOf(results);
  tell(table);
  const isCurrent = table === readTable();
  if (!isCurrent) tell(`the committed table is out of date: ${WRITE_COMMAND}`);

  const soundSeeds = SOUND_SEEDS[long ? 'long' : 'short'];
  let falseAlarms = 0;
  for (const detector of detectors) {
    progress(`${soundSeeds} seeds of ${detector} over the sound code`);
    const alarm = await search({ detector, maximumSeeds: soundSeeds });
    if (alarm === null) continue;
    falseAlarms += 1;
    tell(`${detector}, seed ${alarm.seeds}, finds in the sound code: ${alarm.message}`);
  }

  const { defects, rowsFound, medianSeeds, mostSeeds, found: count } = figuresOf(results);
  const passed =
    stale.length === 0 &&
    count === defects &&
    rowsFound >= MINIMUM_ROWS &&
    medianSeeds <= MAXIMUM_MEDIAN &&
    isCurrent &&
    falseAlarms === 0;
  return [
    {
      gate: 'G5',
      goal: `${MINIMUM_ROWS} rows of known bugs planted, all found within 1,000 seeds, median ${MAXIMUM_MEDIAN}`,
      reached:
        `${count} of ${defects} defects found, ${rowsFound} rows, median ${medianSeeds}, most ${mostSeeds}; ` +
        `table ${isCurrent ? 'current' : 'out of date'}; false alarms ${falseAlarms}`,
      anchor: 'openraft: 1 bug, about 50 iterations; etcd: 9-10 repro targets, 100-200 reruns',
      passed,
    },
  ];
};
