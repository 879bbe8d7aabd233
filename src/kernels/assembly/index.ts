// The one WASM module: each kernel file is one noun; this file only lists them.
export { wakeAll } from './sync';
