// Before a release: `check-release.mjs v1.2.3` holds that the tag is the version of package.json, that CHANGELOG.md has a heading of it, that the
// package says where its sources are (npm asks that for provenance), and that the files this version writes are in the archive (`npm run archive`).
import { existsSync, readFileSync } from 'node:fs';

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const { version, repository } = JSON.parse(read('package.json'));
const [tag] = process.argv.slice(2);
const problems = [];
if (tag !== `v${version}`) problems.push(`the tag is ${tag ?? 'missing'}, package.json has ${version}`);
if (
  !read('CHANGELOG.md')
    .split('\n')
    .some((line) => line === `## ${version}` || line.startsWith(`## ${version} `))
)
  problems.push(`CHANGELOG.md has no heading '## ${version}'`);
if (!repository) problems.push("package.json has no 'repository': npm publishes no provenance without it");
if (!existsSync(new URL(`../test/golden/archive/${version}/expected.json`, import.meta.url)))
  problems.push(`test/golden/archive/${version} is missing: npm run archive`);
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
console.log(`${tag} can be released`);
