// The one WASM module: each kernel file is one noun; this file only lists them.
export * from './sync';
export { mathExp, mathLog, mathExpAll, mathLogAll } from './math';
export * from './linear';
export * from './binning';
export * from './histogram';
export * from './narrow';
export * from './bundles';
export * from './split';
export { gatherPairs, scanNodeVector } from './vector-split';
export * from './partition';
export * from './categorical';
export * from './category-columns';
export * from './scores';
export * from './predict';
export * from './objectives';
export * from './symmetric';
export * from './symmetric-predict';
