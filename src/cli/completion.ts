/** `holdfast completion`: scripts that complete commands, options and model names in bash, zsh and fish. */
import { Argument, type Command, type Option } from 'commander';
import { ModelRegistry } from '../model/registry.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** One command as the scripts need it. */
interface Completed {
  readonly name: string;
  readonly description: string;
  /** Commands of its own, such as those of `runs`. */
  readonly words: readonly string[];
  readonly options: readonly { readonly long: string; readonly description: string; readonly values: Values }[];
}

/** What follows an option: one of these words, a file, a folder, something free, or nothing. */
type Values = readonly string[] | 'file' | 'directory' | 'any' | 'none';

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script that completes commands, options and model names')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
Examples:
  source <(holdfast completion bash)                                   # in ~/.bashrc
  source <(holdfast completion zsh)                                    # in ~/.zshrc, after compinit
  holdfast completion fish > ~/.config/fish/completions/holdfast.fish`,
    )
    .action((shell: Shell) => {
      process.stdout.write(completionScript(shell, program));
    });
}

export function completionScript(shell: Shell, program: Command): string {
  const commands = program.commands.map(
    (command): Completed => ({
      name: command.name(),
      description: command.description(),
      words: command.commands.map((inner) => inner.name()),
      options: command.options.filter(({ hidden }) => !hidden).map(described),
    }),
  );
  const make = { bash, zsh, fish };
  return make[shell](commands);
}

function described(option: Option): Completed['options'][number] {
  return { long: option.long ?? option.flags, description: option.description, values: valuesOf(option) };
}

function valuesOf({ long, flags }: Option): Values {
  const models = ModelRegistry.list().map(({ name }) => name);
  if (long === '--model' || long === '--models') return [...models, 'all'];
  if (long === '--task') return ['classification', 'regression'];
  if (long === '--family') return [...new Set(models.map((name) => ModelRegistry.family(name)))];
  if (!/[<[]/.test(flags)) return 'none';
  if (/<file>/.test(flags)) return 'file';
  return /<directory>/.test(flags) ? 'directory' : 'any';
}

function bash(commands: readonly Completed[]): string {
  const cases = commands.flatMap(({ name, options }) =>
    options.flatMap(({ long, values }) => {
      if (values === 'none') return [];
      const reply = Array.isArray(values)
        ? `COMPREPLY=($(compgen -W "${values.join(' ')}" -- "$cur"))`
        : {
            file: 'COMPREPLY=($(compgen -f -- "$cur"))',
            directory: 'COMPREPLY=($(compgen -d -- "$cur"))',
            any: 'COMPREPLY=()',
          }[values as 'file' | 'directory' | 'any'];
      return [`    "${name} ${long}") ${reply}; return ;;`];
    }),
  );
  const words = commands.map(
    ({ name, words, options }) =>
      `    ${name}) COMPREPLY=($(compgen -W "${[...words, ...options.map(({ long }) => long)].join(' ')} --help" -- "$cur")) ;;`,
  );
  return `# bash completion of holdfast
_holdfast() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} --help --version" -- "$cur"))
    return
  fi
  case "$command $prev" in
${cases.join('\n')}
  esac
  case "$command" in
${words.join('\n')}
  esac
}
complete -o bashdefault -F _holdfast holdfast
`;
}

function zsh(commands: readonly Completed[]): string {
  const text = (description: string): string => description.replace(/[[\]'":\\]/g, ' ');
  const action = (values: Values): string => {
    if (values === 'none') return '';
    if (Array.isArray(values)) return `:value:(${values.join(' ')})`;
    return values === 'file' ? ':file:_files' : values === 'directory' ? ':directory:_files -/' : ':value: ';
  };
  const cases = commands.map(
    ({ name, words, options }) =>
      `    ${name}) _arguments ${options.map(({ long, description, values }) => `'${long}[${text(description)}]${action(values)}'`).join(' ')} '--help[show help]' ${words.length > 0 ? `'1:command:(${words.join(' ')})' ` : ''}'*:file:_files' ;;`,
  );
  return `#compdef holdfast
_holdfast() {
  local -a commands
  commands=(${commands.map(({ name, description }) => `'${name}:${text(description)}'`).join(' ')})
  if (( CURRENT == 2 )); then
    _describe 'command' commands
    return
  fi
  local command=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _holdfast holdfast
`;
}

function fish(commands: readonly Completed[]): string {
  const quote = (value: string): string => `'${value.replace(/\\/g, '\\\\').replace(/'/g, "\\'")}'`;
  const lines = commands.flatMap(({ name, description, words, options }) => [
    `complete -c holdfast -n __fish_use_subcommand -f -a ${name} -d ${quote(description)}`,
    ...words.map((word) => `complete -c holdfast -n '__fish_seen_subcommand_from ${name}' -f -a ${word}`),
    ...options.map(({ long, description: what, values }) => {
      const follows =
        values === 'none'
          ? ''
          : Array.isArray(values)
            ? ` -x -a ${quote(values.join(' '))}`
            : values === 'any'
              ? ' -x'
              : ' -r';
      return `complete -c holdfast -n '__fish_seen_subcommand_from ${name}' -l ${long.replace(/^--/, '')}${follows} -d ${quote(what)}`;
    }),
  ]);
  return `# fish completion of holdfast\n${lines.join('\n')}\n`;
}
