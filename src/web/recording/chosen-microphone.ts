import { useState } from 'react';
import { z } from 'zod';
import { keep, kept } from '../session/kept.ts';

const chosenSchema = z.object({ deviceId: z.string() });

/** The microphone that was checked on this machine; null before the first check. */
export function useChosenMicrophone() {
  const [chosen, setChosen] = useState(() => chosenSchema.safeParse(kept('microphone')).data ?? null);
  const choose = (deviceId: string) => {
    keep('microphone', { deviceId });
    setChosen({ deviceId });
  };
  return { chosen, choose };
}
