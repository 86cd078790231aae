/** What the benchmark uses of `@markwylde/liferaft` and `memdown`, which ship no types of their own. */
declare module '@markwylde/liferaft' {
  interface Packet {
    readonly type: string;
  }
  type Reply = (packet?: Packet) => void;
  type Write = (packet: Packet, written: (error: Error | undefined, reply?: Packet) => void) => void;

  interface Log {
    readonly Log: unknown;
    /** Where the log is kept. */
    readonly adapter: unknown;
  }

  class LifeRaft {
    static readonly LEADER: number;
    constructor(address: string, options: Readonly<Record<'election min' | 'election max' | 'path', string>> & Log);
    readonly address: string;
    readonly state: number;
    join(address: string, write: Write): LifeRaft;
    /** Asks the others for their votes. */
    promote(): Promise<this>;
    /** Rejects on all but the leader; resolves before the command is committed. */
    command(command: string): Promise<void>;
    emit(event: 'data', packet: Packet, reply: Reply): boolean;
    on(event: 'commit', listener: (command: string) => void): this;
  }
  export = LifeRaft;
}

declare module '@markwylde/liferaft/log.js' {
  const Log: unknown;
  export = Log;
}

declare module 'memdown' {
  const memdown: unknown;
  export = memdown;
}
