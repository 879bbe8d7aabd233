// The documentation site: every entry point of the package, and the guides. `npm run docs` writes it to docs-site/.
import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const entries = Object.values(manifest.exports)
  .map((target) => target.default)
  .filter((file) => file !== undefined);

/** @type {Partial<import('typedoc').TypeDocOptions>} */
export default {
  name: 'holdfast',
  entryPoints: entries.map((file) => file.replace('./dist/', 'src/').replace(/\.js$/, '.ts')),
  projectDocuments: ['docs/*.md', 'docs/models/*.md', 'CHANGELOG.md', 'CONTRIBUTING.md'],
  plugin: ['./scripts/docs/titles.mjs'],
  out: 'docs-site',
  tsconfig: 'tsconfig.build.json',
  // `tsc` has checked the types already.
  skipErrorChecking: true,
  excludeInternal: true,
  excludePrivate: true,
  excludeProtected: false,
  disableSources: true,
  disableGit: true,
  includeVersion: true,
  includeHierarchySummary: false,
  hideGenerator: true,
  highlightLanguages: ['typescript', 'javascript', 'python', 'bash', 'sh', 'json', 'yaml', 'html', 'css'],
  treatWarningsAsErrors: true,
  treatValidationWarningsAsErrors: true,
  validation: { notExported: false, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: true },
  requiredToBeDocumented: ['Enum', 'Variable', 'Function', 'Class', 'Interface', 'TypeAlias'],
};
