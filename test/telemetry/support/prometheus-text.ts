export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

export interface Family {
  type: string;
  samples: Sample[];
}

const metricName = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const sampleLine = new RegExp(`^(${metricName})(?:\\{(.*)\\})? (\\S+)$`);
const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;
const types = new Set(['counter', 'gauge', 'histogram']);

/**
 * Prometheus' text format, version 0.0.4, read strictly: every family is announced once, with its type, before its
 * samples; nothing is said twice; histograms have cumulative buckets up to +Inf, which counts them all.
 */
export function parsePrometheus(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let current: { name: string; family: Family } | null = null;
  for (const line of text.split('\n').filter(Boolean)) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE|UNIT) (\S+) (.*)$/.exec(line) ?? [];
    if (keyword === 'TYPE') {
      if (!types.has(rest)) throw new Error(`no such type: ${line}`);
      if (families.has(name)) throw new Error(`announced twice: ${name}`);
      current = { name, family: { type: rest, samples: [] } };
      families.set(name, current.family);
    } else if (keyword === undefined) {
      if (line.startsWith('#')) throw new Error(`not a comment of the format: ${line}`);
      const sample = parseSample(line);
      const suffixes = current?.family.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      if (!current || !suffixes.some((suffix) => sample.name === `${current?.name}${suffix}`)) {
        throw new Error(`a sample outside of its family: ${line}`);
      }
      const identity = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).toSorted())}`;
      if (seen.has(identity)) throw new Error(`said twice: ${line}`);
      seen.add(identity);
      current.family.samples.push(sample);
    }
  }
  for (const [name, family] of families) if (family.type === 'histogram') checkHistogram(name, family);
  return families;
}

function parseSample(line: string): Sample {
  const [, name = '', labelText = '', number = ''] = sampleLine.exec(line) ?? [];
  if (!name) throw new Error(`not a sample: ${line}`);
  const labels: Record<string, string> = {};
  label.lastIndex = 0;
  for (let at = 0; at < labelText.length; at = label.lastIndex) {
    const [, key = '', value = ''] = label.exec(labelText) ?? [];
    if (!key || key in labels) throw new Error(`not a set of labels: ${line}`);
    labels[key] = value;
  }
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number);
  if (Number.isNaN(value)) throw new Error(`not a number: ${line}`);
  return { name, labels, value };
}

function checkHistogram(name: string, { samples }: Family): void {
  const series = Map.groupBy(samples, ({ labels: { le: _, ...rest } }) => JSON.stringify(Object.entries(rest)));
  for (const [labels, group] of series) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels: { le } }) => (le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)));
    const count = group.find((sample) => sample.name === `${name}_count`)?.value;
    const rising = (values: number[]) => values.every((value, at) => at === 0 || value >= (values[at - 1] ?? 0));
    const whole = bounds.at(-1) === Number.POSITIVE_INFINITY && buckets.at(-1)?.value === count;
    if (!whole || !rising(bounds) || !rising(buckets.map(({ value }) => value))) {
      throw new Error(`not a histogram: ${name} ${labels}`);
    }
    if (!group.some((sample) => sample.name === `${name}_sum`)) throw new Error(`no sum: ${name} ${labels}`);
  }
}

/** The sum of the values of all samples with this name that have these labels among theirs. */
export function sumOf(families: Map<string, Family>, name: string, labels: Record<string, string> = {}): number {
  const samples = [...families.values()].flatMap((family) => family.samples);
  return samples
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
