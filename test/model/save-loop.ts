/** Saves two models over each other until it is killed. */
import { CentroidModel } from './centroid.js';

const directory = process.argv[2];
const models = await Promise.all(
  [2, 3].map(async (sharpness) => {
    const model = new CentroidModel({ sharpness });
    await model.fit({
      X: [
        [0, 0],
        [0, 1],
        [9, 9],
        [9, 8],
      ],
      y: [0, 0, 3, 3],
    });
    return model;
  }),
);
for (let i = 0; ; i++) {
  await models[i % 2].save(directory);
  if (i === 0) process.stdout.write('saving\n');
}
