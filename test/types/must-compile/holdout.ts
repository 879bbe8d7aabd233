/** Nothing of a holdout can be read before it is unlocked, and unlocking needs a reason. */
import { PreprocessingPipeline, type Split, type TimeSeriesDataContainer } from '../../../src/index.js';

declare const container: TimeSeriesDataContainer;
declare function evaluate(rows: Split<'holdout'>): void;

container.holdout.rows satisfies number;
container.holdout.locked satisfies boolean;
container.holdout.unlocks.map(({ reason, by, at }) => `${at} ${by}: ${reason}`);
const final = container.holdout.unlock({ reason: 'final evaluation', by: 'me' });
evaluate(final);
new PreprocessingPipeline().transform(final);
final.X.rows satisfies number;
container.toSequences(3).holdout.unlock({ reason: 'final evaluation' }).X.length satisfies number;
