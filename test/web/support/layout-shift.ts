import type { Page } from 'playwright-core';
import { z } from 'zod';

const shiftSchema = z.object({ score: z.number(), moved: z.string() });

/**
 * What has moved by itself since the page was loaded, by Layout Instability, 3: neither what scrolls counts, nor what
 * answers a click within half a second. Less than a thousandth of the page is a rounding.
 */
export async function layoutShifts(page: Page): Promise<z.output<typeof shiftSchema>[]> {
  const shifts = await page.evaluate(async () => {
    const entries: PerformanceEntry[] = [];
    const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()));
    observer.observe({ type: 'layout-shift', buffered: true });
    // What was buffered is told in a task of its own.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const describe = (source: unknown) => {
      const { node, previousRect: from, currentRect: to } = Object(source);
      const name = node instanceof Element ? `${node.nodeName}.${node.className}` : String(node?.textContent);
      return `${name}: ${from.x},${from.y} ${from.width}×${from.height} → ${to.x},${to.y} ${to.width}×${to.height}`;
    };
    return entries
      .filter((entry) => !Reflect.get(entry, 'hadRecentInput'))
      .map((entry) => ({
        score: Reflect.get(entry, 'value'),
        moved: [...Reflect.get(entry, 'sources')].map(describe).join('; '),
      }));
  });
  return z
    .array(shiftSchema)
    .parse(shifts)
    .filter(({ score }) => score >= 0.001);
}
