/** Snapshots: as files, each block of which is checked, and as content, which a node also receives in chunks. */
import { ClusterError } from '../../src/errors.js';
import { findViolations } from '../../src/metadata/invariants.js';
import type { SnapshotDescription } from '../../src/raft/messages.js';
import { packPayloads } from '../../src/raft/entries.js';
import { drawChance, drawInteger, type Random } from '../../src/random.js';
import { joinBytes } from '../../src/state-machine/canonical-json.js';
import { createReplicatedState, type ReplicatedState } from '../../src/state-machine/exactly-once.js';
import { checksum } from '../../src/storage/checksum.js';
import { openFileSnapshots } from '../../src/storage/file-snapshots.js';
import { createSnapshotWriter, snapshotPath, verifiedSnapshot } from '../../src/storage/snapshot-files.js';
import { identity } from '../storage/support/logs.js';
import { createMemoryDisk } from '../storage/support/memory-disk.js';
import { CONFIGURATION, ENVELOPES } from './entry-targets.js';
import { createFilledMachine } from './metadata-targets.js';
import { mutateBytes, pick } from './mutate-bytes.js';
import { mutateJson } from './mutate-json.js';
import { outcomeOf, require, type Outcome, type Target } from './target.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function filledState(): { state: ReplicatedState; machine: ReturnType<typeof createFilledMachine> } {
  const machine = createFilledMachine();
  const state = createReplicatedState(machine, CONFIGURATION);
  applyAll(state);
  return { state, machine };
}

function applyAll(state: ReplicatedState): void {
  state.applyRuns([{ firstIndex: state.appliedIndex + 1, term: 1, ...packPayloads(ENVELOPES) }]);
}

const { content, description } = ((): { content: Uint8Array; description: SnapshotDescription } => {
  const captured = filledState().state.capture();
  return { content: joinBytes(captured.serialize()), description: captured.description };
})();

/** A line's JSON changed; the last line may tell the lengths that this gives. */
function mutatedLines(random: Random, bytes: Uint8Array): Uint8Array {
  const lines = decoder.decode(bytes).split('\n');
  const at = drawInteger(random, 0, lines.length - 1);
  const before = lines[at] ?? '';
  const after = mutatedLine(random, before);
  lines[at] = after;
  const last = lines.length - 2;
  if (at !== last && drawChance(random, 0.8)) {
    const grown = encoder.encode(after).length - encoder.encode(before).length;
    const lengths = JSON.parse(lines[last] ?? '') as Record<string, number>;
    const part = sectionOf(at, bytes);
    if (part !== null) lines[last] = JSON.stringify({ ...lengths, [part]: (lengths[part] ?? 0) + grown });
  }
  return encoder.encode(lines.join('\n'));
}

/** A record of the machine's is a member of an object that spans lines. */
function mutatedLine(random: Random, line: string): string {
  const [, key, record, comma = ''] = /^("[^"]*"):(\{.*\})(,?)$/.exec(line) ?? [];
  if (key !== undefined && record !== undefined) {
    return `${key}:${decoder.decode(mutateJson(random, record, record)).replaceAll('\n', ' ')}${comma}`;
  }
  if (line.startsWith('{"') && line.endsWith('}')) {
    return decoder.decode(mutateJson(random, line, line)).replaceAll('\n', ' ');
  }
  return decoder.decode(mutateBytes(random, encoder.encode(line), encoder.encode(line)));
}

function sectionOf(line: number, bytes: Uint8Array): string | null {
  const lines = decoder.decode(bytes).split('\n');
  const lengths = JSON.parse(lines.at(-2) ?? '') as Record<string, number>;
  const offset = lines.slice(0, line).reduce((sum, each) => sum + encoder.encode(each).length + 1, 0);
  let end = (lines[0]?.length ?? 0) + 1;
  if (offset < end) return null;
  for (const name of ['machineBytes', 'sessionsBytes', 'requestIdsBytes']) {
    end += lengths[name] ?? 0;
    if (offset < end) return name;
  }
  return null;
}

export const contents: Target = {
  kind: 'snapshot',
  share: 6_000,
  create() {
    const { state, machine } = filledState();
    applyAll(state); // so that a refused restore has something to spoil
    let digest = state.digest();
    return (random) => {
      const mutated = drawChance(random, 0.7) ? mutatedLines(random, content) : mutateBytes(random, content, content);
      if (!state.restore(mutated, description)) {
        require(!drawChance(random, 0.2) || state.digest() === digest, 'a snapshot that is refused changes nothing');
        return 'refused';
      }
      const violations = findViolations(machine.image(), machine.replicas());
      require(violations.length === 0, violations.join('; '));
      usable(state);
      digest = state.digest();
      return 'accepted';
    };
  },
};

/** What was taken for a state can be told, kept, restored and written to. */
function usable(state: ReplicatedState): void {
  state.dump();
  const before = state.digest();
  const captured = state.capture();
  const again = createReplicatedState(createFilledMachine(), CONFIGURATION);
  require(again.restore(joinBytes(captured.serialize()), captured.description), 'its own snapshot is one');
  require(again.digest() === before, 'a restored state is the same');
  applyAll(state);
}

const FOLDER = '/node-1';
const PATH = snapshotPath(FOLDER, description);
const HEADER_BYTES = 4096;
const BLOCK_BYTES = 1 << 16;

const intact = ((): Uint8Array => {
  const disk = createMemoryDisk();
  const writer = createSnapshotWriter(disk, FOLDER, { identity, description });
  writer.write(content);
  writer.finish();
  return Uint8Array.from(disk.files.get(PATH) ?? []);
})();

function sealFile(bytes: Uint8Array): void {
  if (bytes.length < HEADER_BYTES) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const seed = checksum(bytes.subarray(0, HEADER_BYTES - 4));
  view.setUint32(HEADER_BYTES - 4, seed, true);
  for (let offset = HEADER_BYTES; offset + 16 <= bytes.length; offset += BLOCK_BYTES) {
    view.setUint32(offset, checksum(bytes.subarray(offset + 4, offset + BLOCK_BYTES), seed), true);
  }
}

function mutatedFile(random: Random): Uint8Array {
  if (!drawChance(random, 0.5)) return mutateBytes(random, intact, intact);
  const header = decoder.decode(intact.subarray(0, intact.indexOf(0x0a)));
  const copy = Uint8Array.from(intact).fill(0x20, 0, HEADER_BYTES - 4);
  copy.set(mutateJson(random, header, header).subarray(0, HEADER_BYTES - 4));
  return copy;
}

export const files: Target = {
  kind: 'snapshot-file',
  share: 60_000,
  create() {
    const disk = createMemoryDisk();
    return (random): Outcome => {
      const bytes = mutatedFile(random);
      if (drawChance(random, 0.8)) sealFile(bytes);
      disk.files.clear();
      disk.files.set(pick(random, [PATH, PATH, PATH, `${FOLDER}/snapshot-9999999999999999-1`]), bytes);
      return outcomeOf(() => {
        verifiedSnapshot(disk, FOLDER, identity);
        const { shelf, newest } = openFileSnapshots(disk, FOLDER, identity);
        const length = drawInteger(random, 1, 70_000);
        shelf.read({ to: identity.member, index: newest?.description.index ?? 0, offset: 0, length });
        shelf.close();
        const configuration = newest?.description.configuration ?? CONFIGURATION;
        require([...configuration.voters, ...configuration.learners].every(({ id }) => id > 0), 'members have ids');
      }, ClusterError);
    };
  },
};
