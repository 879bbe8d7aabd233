/** `holdfast models list|show|history|promote|rollback|collect`: the versions of a model store. */
import type { Command } from 'commander';
import { InvalidInputError } from '../core/errors.js';
import { textTable } from '../core/text-table.js';
import { ModelStore, type ModelVersion } from '../tracking/model-store/model-store.js';
import { cell, wholeNumber } from './cells.js';

interface StoreFlags {
  readonly store: string;
  readonly json?: boolean;
}

interface AliasFlags extends StoreFlags {
  readonly alias: string;
  readonly reason?: string;
}

export function addModelVersions(program: Command): void {
  const models = program.command('models').description('look at versions of models, and say which one is in use');
  stored(models.command('list [name]'))
    .description('versions of one model or of all')
    .action(async (name: string | undefined, flags: StoreFlags) => print(flags, await storeOf(flags).list(name)));
  stored(models.command('show <name> <version>'))
    .description('a version, by number or alias, and where it comes from')
    .action(async (name: string, reference: string, flags: StoreFlags) => {
      const version = await storeOf(flags).get(name, referenceOf(reference));
      process.stdout.write(`${JSON.stringify(version, null, 2)}\n`);
    });
  aliased(models.command('history <name>'))
    .description('where an alias pointed')
    .action(async (name: string, flags: AliasFlags) => {
      const changes = await storeOf(flags).history(name, flags.alias);
      const rows = changes.map(({ at, action, version, reason = '' }) => [
        at.toISOString(),
        action,
        String(version ?? '-'),
        cell(reason),
      ]);
      const text = rows.length === 0 ? 'no changes' : textTable(['time', 'change', 'version', 'reason'], rows);
      process.stdout.write(`${flags.json ? JSON.stringify(changes, null, 2) : text}\n`);
    });
  aliased(models.command('promote <name> <version>'))
    .description('point an alias to a version')
    .option('--reason <text>', 'kept in the history')
    .action(async (name: string, version: string, { alias, reason, ...flags }: AliasFlags) => {
      print(flags, [await storeOf(flags).promote(name, Number(version), { alias, reason })]);
    });
  aliased(models.command('rollback <name>'))
    .description('point an alias back to where it pointed before')
    .option('--reason <text>', 'kept in the history')
    .action(async (name: string, { alias, reason, ...flags }: AliasFlags) => {
      print(flags, [await storeOf(flags).rollBack(name, { alias, reason })]);
    });
  stored(models.command('collect [name]'))
    .description('delete versions that no alias needs')
    .option('--keep <n>', 'newest versions that stay', wholeNumber(0), 3)
    .option('--dry-run', 'only say which')
    .action(
      async (name: string | undefined, { keep, dryRun, ...flags }: StoreFlags & { keep: number; dryRun?: boolean }) => {
        print(flags, await storeOf(flags).collectGarbage(name, { keepLatest: keep, dryRun }));
      },
    );
  models.addHelpText(
    'after',
    `
Examples:
  holdfast models list
  holdfast models promote es-trend 4 --reason 'better in every year'
  holdfast models rollback es-trend
  holdfast models collect --dry-run`,
  );
}

const stored = (command: Command): Command =>
  command.option('--store <directory>', 'of the model store', 'experiments/models').option('--json', 'print JSON');

const aliased = (command: Command): Command => stored(command).option('--alias <name>', 'which alias', 'production');

const storeOf = ({ store }: StoreFlags): ModelStore => new ModelStore({ directory: store });

/** Digits are a number, anything else is an alias. */
function referenceOf(text: string): string | number {
  if (text === '') throw new InvalidInputError('The version is empty', { hint: 'Give its number or an alias.' });
  return /^\d+$/.test(text) ? Number(text) : text;
}

function print({ json }: Pick<StoreFlags, 'json'>, versions: readonly ModelVersion[]): void {
  const rows = versions.map(({ modelName, version, model, createdAt, bytes, aliases }) => [
    modelName,
    String(version),
    cell(model.name),
    createdAt.toISOString(),
    String(bytes),
    aliases.join(', '),
  ]);
  const header = ['model', 'version', 'algorithm', 'created', 'bytes', 'aliases'];
  const text = rows.length === 0 ? 'no versions' : textTable(header, rows);
  process.stdout.write(`${json ? JSON.stringify(versions, null, 2) : text}\n`);
}
