// The documents whose reports are looked at, made by the tools from one real run.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HOSTILE = `<script>alert(1)</script>"'>|a\`b*_c_ @everyone [x](y) ${'wide'.repeat(30)}`;

/** Runs a tool on a document; its exit code must be one of `codes`. */
function pass(tool, args, input, codes = [0, 1]) {
  const ran = spawnSync(tool, args, { input, encoding: 'utf8', maxBuffer: 1 << 30 });
  if (!codes.includes(ran.status)) throw new Error(`${tool} ended with ${ran.status}: ${ran.stderr}`);
  return ran.stdout;
}

/** A run of `count` scenarios of ten repetitions each, made of the scenarios that were measured. */
function widened(document, count) {
  const wide = structuredClone(document);
  wide.scenarios = Array.from({ length: count }, (_, index) => {
    const scenario = structuredClone(document.scenarios[index % document.scenarios.length]);
    scenario.name = `${scenario.name}_${index}`;
    const repetitions = scenario.repetitions;
    scenario.repetitions = Array.from({ length: 10 }, (_, order) => ({ ...repetitions[order % repetitions.length], order }));
    const timeline = scenario.timeline ?? [];
    scenario.timeline = Array.from({ length: 10 }, (_, repetition) =>
      timeline.filter((entry) => entry.repetition === 0).map((entry) => ({ ...entry, repetition }))).flat();
    return scenario;
  });
  return wide;
}

/** The same with every text that a person could have chosen replaced by one that means harm. */
function poisoned(value, key = '') {
  const ours = ['schema_version', 'operator', 'status', 'verdict', 'better', 'group', 'mode', 'kind', 'source', 'method',
    'level', 'metric', 'role', 'histogram', 'arrivals'];
  if (typeof value === 'string') return ours.includes(key) ? value : HOSTILE;
  if (Array.isArray(value)) return value.map((item) => poisoned(item, key));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, poisoned(item, name)]));
}

/** Writes the reports into `folder` and returns the path of each by name. */
export function reports(tools, evidence, folder) {
  const real = readFileSync(evidence, 'utf8');
  const tool = (name) => join(tools, name);
  const limits = join(folder, 'limits.json');
  const metrics = { p50_latency_ms: 0.001, p95_latency_ms: 0.002, p99_latency_ms: 1000, throughput_rps: 1e9 };
  writeFileSync(limits, JSON.stringify({ performance_thresholds: metrics }));
  const faster = JSON.parse(real);
  const baseline = join(folder, 'baseline.json');
  faster.run.id += '-faster';
  for (const scenario of faster.scenarios) {
    for (const section of [scenario, ...scenario.repetitions]) {
      for (const name of ['p50_ms', 'p95_ms', 'p99_ms']) if (section.latency?.[name]) section.latency[name] *= 0.7;
    }
  }
  writeFileSync(baseline, JSON.stringify(faster));
  const compared = pass(tool('perf-compare'), ['--quiet', '--allow-saturated', '--baseline', baseline], real);
  const failed = pass(tool('perf-validate'), ['--quiet', '--thresholds', limits], compared, [1]);
  const documents = {
    real,
    failed,
    empty: '{}',
    hundred: JSON.stringify(widened(JSON.parse(failed), 100)),
    hostile: JSON.stringify(poisoned(JSON.parse(failed))),
  };
  return Object.fromEntries(Object.entries(documents).map(([name, document]) => {
    const page = join(folder, `${name}.html`);
    writeFileSync(join(folder, `${name}.json`), document);
    pass(tool('report-gen'), ['--quiet', '--output', page], document);
    return [name, page];
  }));
}
