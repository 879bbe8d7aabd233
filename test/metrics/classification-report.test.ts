import { expect, it } from 'vitest';
import { classificationReport, formatClassificationReport } from '../../src/metrics/classification-report.js';

const report = classificationReport([-1, 0, 1, 1], [-1, 0, 0, 1]);

it('a report is read by label and by the names of its averages', () => {
  expect(report[-1]).toEqual({ precision: 1, recall: 1, 'f1-score': 1, support: 1 });
  expect(report[1].recall).toBe(0.5);
  expect(report.accuracy).toBe(0.75);
  expect(report['macro avg'].support).toBe(4);
  expect(JSON.parse(JSON.stringify(report))['weighted avg'].precision).toBe(0.875);
});

it('a report as text has one line a class in ascending order, then accuracy and averages', () => {
  const lines = formatClassificationReport(report).split('\n');
  expect(lines.map((line) => line.trim().split(/ {2,}/)[0])).toEqual([
    'precision',
    '-1',
    '0',
    '1',
    'accuracy',
    'macro avg',
    'weighted avg',
  ]);
  expect(lines[3]).toMatch(/1\.00 {2,}0\.50 {2,}0\.67 {2,}2$/);
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
});
