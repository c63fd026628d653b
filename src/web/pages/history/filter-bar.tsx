import { Field } from '../../components/field.tsx';
import { useStrings } from '../../strings/strings.tsx';
import { categories, type Filters } from './past-session.ts';
import { historyStrings } from './strings.ts';

const states = ['all', 'open', 'ended', 'judged'] as const;
const periods = ['all', 'week', 'month', 'year'] as const;

export function FilterBar({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const t = useStrings(historyStrings);
  return (
    <search className="filter-bar" aria-label={t.filters}>
      <Field label={t.search}>
        {(control) => (
          <input
            {...control}
            type="search"
            placeholder={t.searchPlaceholder}
            value={filters.text}
            onChange={(event) => onChange({ ...filters, text: event.target.value })}
          />
        )}
      </Field>
      <Select
        label={t.state}
        value={filters.state}
        options={states.map((value) => [value, t.states[value]])}
        onChange={(state) => onChange({ ...filters, state })}
      />
      <Select
        label={t.categoryFilter}
        value={filters.category}
        options={[['all', t.allCategories], ...categories.map((value) => [value, t.category[value]] as const)]}
        onChange={(category) => onChange({ ...filters, category })}
      />
      <Select
        label={t.period}
        value={filters.period}
        options={periods.map((value) => [value, t.periods[value]])}
        onChange={(period) => onChange({ ...filters, period })}
      />
    </search>
  );
}

function Select<Value extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Value;
  options: readonly (readonly [value: Value, label: string])[];
  onChange: (value: Value) => void;
}) {
  return (
    <Field label={label}>
      {(control) => (
        <select
          {...control}
          value={value}
          onChange={(event) => {
            const chosen = options.find(([option]) => option === event.target.value);
            if (chosen) onChange(chosen[0]);
          }}
        >
          {options.map(([option, name]) => (
            <option key={option} value={option}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
