/** Which process a run is of, as a tag of the run tells it. What names the machine is hashed: a server tells it to everybody. */
import { canonicalJson, sha256 } from '../../core/hash.js';
import { lifeOf, ownProcess, type ProcessMark } from '../process-mark.js';

export const PROCESS = 'holdfast.process';

const placeOf = ({ host, machine, boot, space }: ProcessMark): string =>
  sha256(canonicalJson([host, machine, boot, space])).slice(0, 16);

export function processTag(): string {
  const own = ownProcess();
  return [placeOf(own), own.pid, own.started].join(' ').trimEnd();
}

/** Whether the run is of another process, seen to be alive from here. A process of another machine is not seen. */
export function livesElsewhere(tag: string | undefined): boolean {
  const own = ownProcess();
  const [, place, digits, started] = /^([0-9a-f]{16}) (\d{1,10})(?: (\d+))?$/.exec(tag ?? '') ?? [];
  const pid = Number(digits);
  if (place !== placeOf(own) || pid === own.pid) return false;
  return lifeOf({ ...own, pid, started: started ?? '' }) === 'alive';
}
