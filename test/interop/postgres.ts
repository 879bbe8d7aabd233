/**
 * A real PostgreSQL for tests: its own server in a temporary directory, on a free port of the loopback address, with a password; gone when
 * the test has stopped it. Durability is off by default, because nothing of it outlives the test.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

export interface PostgresOptions {
  /** Whether a commit survives a power cut, as in production; it always survives a crash of the server. Default false. */
  readonly durable?: boolean;
  /** More settings of the server, such as `{ max_connections: '20' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

const USER = 'holdfast';
/** With everything that an address has to escape: code that loses its way shows it. */
const PASSWORD = 'p@ss:w/rd?#%';
const READY = 'database system is ready to accept connections';

export class PostgresServer {
  readonly host = '127.0.0.1';
  readonly user = USER;
  readonly password = PASSWORD;
  private child: ChildProcess | undefined;
  private readonly killAtExit = (): void => void this.child?.kill('SIGQUIT');

  private constructor(
    private readonly programs: string,
    private readonly directory: string,
    private readonly owner: { uid?: number; gid?: number },
    private readonly options: PostgresOptions,
    readonly port: number,
  ) {}

  /** A new, empty server that runs. The first call on a machine may install it (postgres.sh). */
  static async start(options: PostgresOptions = {}): Promise<PostgresServer> {
    const programs = findPrograms();
    const owner = unprivileged();
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-postgres-'));
    const passwordFile = join(directory, 'password');
    writeFileSync(passwordFile, PASSWORD);
    if (owner.uid !== undefined && owner.gid !== undefined) {
      for (const path of [directory, passwordFile]) chownSync(path, owner.uid, owner.gid);
    }
    const server = new PostgresServer(programs, directory, owner, options, await freePort());
    const access = ['--auth=scram-sha-256', `--username=${USER}`, `--pwfile=${passwordFile}`];
    execFileSync(
      join(programs, 'initdb'),
      ['--no-sync', '--no-instructions', '--encoding=UTF8', '--no-locale', ...access, '-D', join(directory, 'data')],
      { ...owner, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    await server.resume();
    return server;
  }

  /** The address of a database, with user and password. */
  url(database = 'postgres'): string {
    return `postgresql://${USER}:${encodeURIComponent(PASSWORD)}@${this.host}:${this.port}/${database}`;
  }

  /** A new, empty database; its address. */
  async createDatabase(name: string): Promise<string> {
    await this.query(`CREATE DATABASE "${name.replaceAll('"', '""')}"`);
    return this.url(name);
  }

  /** Runs one statement on a connection of its own. */
  async query(text: string, values: readonly unknown[] = [], database?: string): Promise<pg.QueryResult['rows']> {
    const client = new pg.Client({ connectionString: this.url(database) });
    await client.connect();
    try {
      return (await client.query(text, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  /** Stops the server and keeps its data; `resume` starts it again. Connections are cut off; 'immediate' is a crash. */
  async pause(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    const { child } = this;
    if (!child) return;
    this.child = undefined;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
    process.off('exit', this.killAtExit);
  }

  /** Starts the server again, on the same port. */
  async resume(): Promise<void> {
    if (this.child) return;
    const durable = this.options.durable ? 'on' : 'off';
    const settings = {
      port: String(this.port),
      listen_addresses: this.host,
      unix_socket_directories: this.directory,
      fsync: durable,
      full_page_writes: durable,
      ...this.options.settings,
    };
    const child = spawn(
      join(this.programs, 'postgres'),
      [
        '-D',
        join(this.directory, 'data'),
        ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
      ],
      { ...this.owner, cwd: this.directory, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, LC_ALL: 'C' } },
    );
    this.child = child;
    process.once('exit', this.killAtExit);
    await new Promise<void>((resolve, reject) => {
      let log = '';
      child.stderr?.on('data', (chunk: Buffer) => {
        log = (log + chunk.toString()).slice(-4000);
        if (log.includes(READY)) resolve();
      });
      child.once('error', reject);
      child.once('exit', (status) => reject(new Error(`postgres exited with ${status}:\n${log}`)));
    });
  }

  /** Ends the server and deletes its data. */
  async stop(): Promise<void> {
    await this.pause();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function findPrograms(): string {
  const output = execFileSync('bash', [fileURLToPath(new URL('./postgres.sh', import.meta.url))], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const directory = output.trimEnd().split('\n').pop();
  if (!directory) throw new Error('test/interop/postgres.sh printed no path');
  return directory;
}

/** PostgreSQL refuses to run as root: then it runs as the user of Debian's package. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
