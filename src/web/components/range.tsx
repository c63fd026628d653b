import type { ComponentProps } from 'react';
import './range.css';

interface RangeProps extends Omit<ComponentProps<'input'>, 'type' | 'min' | 'max' | 'value' | 'style' | 'className'> {
  min: number;
  max: number;
  value: number;
}

/** A slider. */
export function Range({ min, max, value, ...rest }: RangeProps) {
  const percent = max > min ? ((value - min) / (max - min)) * 100 : 0;
  return (
    <input
      {...rest}
      type="range"
      className="range"
      min={min}
      max={max}
      value={value}
      style={{ backgroundSize: `${percent}% 3px, 100% 1px` }}
    />
  );
}
