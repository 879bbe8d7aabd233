/** A process that never trained anything predicts with models that this one saved. One process serves a whole suite. */
import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { FROM_SOURCES, ownModule } from '../core/location.js';
import type { ModelInput } from '../model/types.js';
import type { ReloadAnswer } from './reload/main.js';
import { toPlain } from './reload/plain-input.js';

interface Waiting {
  resolve(values: Float32Array): void;
  reject(error: Error): void;
}

let running: { readonly child: ChildProcess; readonly waiting: Map<number, Waiting> } | undefined;
let asked = 0;

/** Probabilities or values that the other process predicts; `module` registers the class where the library does not know it. */
export async function outputsInFreshProcess(request: {
  directory: string;
  input: ModelInput;
  module: string | undefined;
}): Promise<Float32Array> {
  running ??= start();
  const { child, waiting } = running;
  const id = ++asked;
  const answer = new Promise<Float32Array>((resolve, reject) => waiting.set(id, { resolve, reject }));
  child.ref();
  child.channel?.ref();
  child.send({ ...request, id, input: toPlain(request.input) });
  try {
    return await answer;
  } finally {
    waiting.delete(id);
    if (waiting.size === 0) {
      // Idle, it keeps nobody alive, and ends with the channel to this process.
      child.unref();
      child.channel?.unref();
    }
  }
}

function start(): NonNullable<typeof running> {
  const waiting = new Map<number, Waiting>();
  const child = fork(ownModule('testing/reload/main'), { execArgv: loader(), serialization: 'advanced' });
  child.on('message', ({ id, values, error }: ReloadAnswer) => {
    if (values) waiting.get(id)?.resolve(values);
    else waiting.get(id)?.reject(new Error(`the fresh process: ${error}`));
  });
  child.on('exit', (code) => {
    running = undefined;
    for (const { reject } of waiting.values()) reject(new Error(`the fresh process ended with code ${code}`));
  });
  return { child, waiting };
}

/** What this process was started with, so that a module of TypeScript opens there as it does here. */
function loader(): string[] {
  if (FROM_SOURCES) return ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
  const own = process.execArgv;
  return own.flatMap((argument, i) =>
    ['--import', '--require', '-r', '--loader'].includes(argument)
      ? [argument, own[i + 1]]
      : /^--(import|require|loader)=/.test(argument)
        ? [argument]
        : [],
  );
}
