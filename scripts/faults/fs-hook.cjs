/**
 * Preloaded into a process and its worker threads (NODE_OPTIONS=--require): counts what the process writes below one directory, and at the
 * n-th write, rename, flush, ... ends it by kill -9 before it, in the middle of it, or after it; or has the disk full from there on.
 */
const fs = require('node:fs');
const path = require('node:path');
const { syncBuiltinESMExports } = require('node:module');
const { isMainThread } = require('node:worker_threads');

/** { root, log?, thread?: 'main' | 'worker', at?: number, how?: 'before' | 'half' | 'after' | 'full' } */
const settings = JSON.parse(process.env.HOLDFAST_FAULT ?? '{"root":"/nowhere"}');
const thread = isMainThread ? 'main' : 'worker';
const { appendFileSync, existsSync, readdirSync, rmSync } = fs;
const TAKES_SPACE = new Set(['open', 'write', 'mkdir', 'copyFile', 'link', 'symlink']);
let count = 0;
/** A file beside the directory says so to all threads. */
const ROOM = `${settings.root}.room`;
/** The disk has room again. */
globalThis.holdfastFaultOver = () => appendFileSync(ROOM, '');

function strike(op, target) {
  if (target === undefined || !path.resolve(String(target)).startsWith(settings.root + path.sep)) return undefined;
  count++;
  if (settings.log) appendFileSync(settings.log, `${thread} ${op} ${path.relative(settings.root, String(target))}\n`);
  if (settings.thread !== thread) return undefined;
  const { how } = settings;
  if (how === 'full') {
    // What is there already takes no more space to be opened or made again.
    const needs = TAKES_SPACE.has(op) && !((op === 'open' || op === 'mkdir') && existsSync(target));
    return count >= settings.at && needs && !existsSync(ROOM) ? how : undefined;
  }
  return count === settings.at ? how : undefined;
}

function kill() {
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const full = (op) =>
  Object.assign(new Error(`ENOSPC: no space left on device, ${op}`), { code: 'ENOSPC', errno: -28, syscall: op });
const halfOf = (data) => {
  const bytes =
    typeof data === 'string' ? Buffer.from(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return bytes.subarray(0, bytes.byteLength >> 1);
};

/** `half` does a part of what the call does; without one, the middle of a call is its end. */
function wrapped(op, original, targetOf, half, sync) {
  const decide = (self, args) => strike(op, targetOf(self, args));
  if (sync) {
    return function (...args) {
      const how = decide(this, args);
      if (how === undefined) return original.apply(this, args);
      if (how === 'half' || how === 'full') half?.apply(this, args);
      if (how === 'full') throw full(op);
      if (how === 'after' || (how === 'half' && !half)) original.apply(this, args);
      return kill();
    };
  }
  return async function (...args) {
    const how = decide(this, args);
    if (how === undefined) return original.apply(this, args);
    if (how === 'half' || how === 'full') await half?.apply(this, args);
    if (how === 'full') throw full(op);
    if (how === 'after' || (how === 'half' && !half)) await original.apply(this, args);
    return kill();
  };
}

const writes = (flags) => (typeof flags === 'number' ? (flags & 3) !== 0 : /[wa+]/.test(flags ?? 'r'));
const firstArgument = (_self, [target]) => target;
const secondArgument = (_self, [, target]) => target;
const rmHalf = (target) => {
  const [first] = fs.existsSync(target) && fs.statSync(target).isDirectory() ? readdirSync(target) : [];
  if (first !== undefined) rmSync(path.join(String(target), first), { recursive: true, force: true });
};

const { promises } = fs;
const handles = new WeakMap();
const original = { ...promises };
const ofHandle = (self) => handles.get(self);
function watch(handle, target) {
  handles.set(handle, target);
  const { write, writeFile, appendFile } = handle;
  const half = (data) => writeFile.call(handle, halfOf(data));
  handle.write = wrapped('write', write, ofHandle, (data) => write.call(handle, halfOf(data)));
  handle.writeFile = wrapped('write', writeFile, ofHandle, half);
  handle.appendFile = wrapped('write', appendFile, ofHandle, half);
  for (const name of ['sync', 'datasync', 'truncate']) handle[name] = wrapped(name, handle[name], ofHandle);
  return handle;
}
const open = wrapped('open', original.open, firstArgument);
promises.open = async (target, flags, mode) => {
  const handle = await (writes(flags) ? open(target, flags, mode) : original.open(target, flags, mode));
  return writes(flags) ? watch(handle, target) : handle;
};
promises.writeFile = wrapped('write', original.writeFile, firstArgument, (target, data, options) =>
  original.writeFile(target, halfOf(data), options),
);
promises.appendFile = wrapped('write', original.appendFile, firstArgument, (target, data, options) =>
  original.appendFile(target, halfOf(data), options),
);
promises.rm = wrapped('rm', original.rm, firstArgument, rmHalf);
for (const name of ['unlink', 'mkdir', 'truncate']) promises[name] = wrapped(name, original[name], firstArgument);
for (const name of ['rename', 'link', 'symlink', 'copyFile']) {
  promises[name] = wrapped(name, original[name], secondArgument);
}

const plain = { ...fs };
const files = new Map();
const ofFile = (_self, [fd]) => files.get(fd);
const openSync = wrapped('open', plain.openSync, firstArgument, undefined, true);
fs.openSync = (target, flags, mode) => {
  if (!writes(flags)) return plain.openSync(target, flags, mode);
  const fd = openSync(target, flags, mode);
  files.set(fd, target);
  return fd;
};
fs.closeSync = (fd) => {
  files.delete(fd);
  return plain.closeSync(fd);
};
fs.writeSync = wrapped('write', plain.writeSync, ofFile, (fd, data) => plain.writeSync(fd, halfOf(data)), true);
fs.fsyncSync = wrapped('sync', plain.fsyncSync, ofFile, undefined, true);
for (const name of ['writeFileSync', 'appendFileSync']) {
  fs[name] = wrapped(
    'write',
    plain[name],
    firstArgument,
    (target, data, options) => plain[name](target, halfOf(data), options),
    true,
  );
}
fs.rmSync = wrapped('rm', plain.rmSync, firstArgument, rmHalf, true);
fs.mkdirSync = wrapped('mkdir', plain.mkdirSync, firstArgument, undefined, true);
fs.renameSync = wrapped('rename', plain.renameSync, secondArgument, undefined, true);
syncBuiltinESMExports();
