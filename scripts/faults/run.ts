/** `npm run faults [-- --only a,b] [--kills n] [--seed s] [--write]`: kill -9, full disks; the table is docs/faults.md's. */
import { parseArgs } from 'node:util';
import { Killing } from './kills.js';
import { plan } from './subjects.js';

const { values } = parseArgs({
  options: { only: { type: 'string' }, kills: { type: 'string' }, seed: { type: 'string', default: '1' }, full: { type: 'string', default: '4' }, sqlite: { type: 'string' } },
});
for (const { subject, kills, open } of plan(values.sqlite)) {
  if (values.only && !values.only.split(',').includes(subject.name)) continue;
  const close = await open?.();
  const killing = new Killing(subject, Number(values.seed));
  try {
    const whole = await killing.prepare();
    console.log(subject.name, JSON.stringify(whole.calls), whole.milliseconds.toFixed(0), whole.old, whole.end, whole.left.join(','));
    const done = await killing.kills(values.kills ? Number(values.kills) : kills);
    done.push(...(await killing.fulls(Number(values.full))));
    for (const kill of done) console.log(`  ${kill.at}: ${kill.state}${kill.problem ? ` PROBLEM ${kill.problem}` : ''}`);
  } finally {
    killing.close();
    await close?.();
  }
}
