/** A process that replays a journal, for the tests that kill it: url and directory are its arguments. */
import { MLflowTracker } from '../../src/tracking/mlflow/tracker.js';

const [trackingUri, journal] = process.argv.slice(2);
const tracker = new MLflowTracker({ trackingUri, journal, experiment: 'e', retries: 0 });
const result = await tracker.replay();
process.stdout.write(JSON.stringify(result));
