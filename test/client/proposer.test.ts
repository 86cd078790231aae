/** Entries and requests of a user's own state machine: bytes in, answers as they are. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { clientLimits } from '../../src/client/limits.js';
import { createProposer } from '../../src/client/proposer.js';
import { rejection, withBench } from './client-suite.js';

const test = suite('proposer');

test(
  'bytes changed after the call make no difference',
  withBench(async (bench) => {
    const node = bench.node(1);
    const proposer = createProposer(bench.router);
    const bytes = Buffer.from('abc');
    const write = proposer.propose(bytes);
    const read = proposer.query(bytes);
    bytes.fill(0);
    await node.lead(1);
    await node.receives(1);
    await node.receivesReads(1);
    assert.equal(node.commands, ['abc']);
    assert.is(Buffer.from(node.reads[0] as Uint8Array).toString(), 'abc');
    assert.is((node.reads[0] as Uint8Array).buffer.byteLength, 3, 'posted without the pool it was cut from');
    node.answer(...node.writes);
    node.reply(5, () => ['any', 'value']);
    assert.equal(await write, { index: 1, result: 'abc' });
    assert.equal(await read, ['any', 'value']);
  }),
);

test(
  'what is no Uint8Array is InvalidArgument, what is too large TooLarge',
  withBench(async (bench) => {
    const proposer = createProposer(bench.router);
    const strange: unknown[] = [
      undefined,
      null,
      'text',
      [1],
      new DataView(new ArrayBuffer(1)),
      new Proxy(new Uint8Array(1), {}),
    ];
    for (const bytes of strange) {
      await rejection(proposer.propose(bytes as never), 'InvalidArgument');
      await rejection(proposer.query(bytes as never), 'InvalidArgument');
    }
    await rejection(proposer.query(new Uint8Array(clientLimits.maxOperationBytes + 1)), 'TooLarge');
  }),
);

test.run();
