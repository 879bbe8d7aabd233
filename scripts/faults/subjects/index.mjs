// All that faults are put upon, by name: `prepare` the old state, `work` on it, `look` at what is there. Loaded when it is asked for.
const files = {
  fit: ['lightgbm', 'xgboost', 'catboost', 'random_forest', 'gru'],
  save: ['save'],
  tune: ['tune-journal', 'tune-sqlite'],
  run: ['run'],
  store: ['store'],
  mlflow: ['mlflow-keep', 'mlflow-send'],
};

export async function subjectNamed(name) {
  const [file] = Object.entries(files).find(([, names]) => names.includes(name));
  const { subjects } = await import(`./${file}.mjs`);
  return subjects[name];
}
