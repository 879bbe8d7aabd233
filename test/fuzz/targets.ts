/** Everything that is fuzzed. */
import type { Target } from './target.js';
import { COMMAND_LINE } from './targets/command-line.js';
import { DIRECTORIES } from './targets/directories.js';
import { DOCUMENTS } from './targets/documents.js';
import { MODELS } from './targets/models.js';
import { NATIVE_FILES } from './targets/native-files.js';
import { PREPROCESSING } from './targets/preprocessing.js';
import { RECORDS } from './targets/records.js';
import { TABLES } from './targets/tables.js';

export const TARGETS: readonly Target[] = [
  ...MODELS,
  ...DIRECTORIES,
  ...NATIVE_FILES,
  ...PREPROCESSING,
  ...TABLES,
  ...DOCUMENTS,
  ...RECORDS,
  COMMAND_LINE,
];
