import { useEffect, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Field } from '../../components/field.tsx';
import { useAnnounce } from '../../components/live-region.tsx';
import { Meter } from '../../components/progress.tsx';
import {
  closeMicrophone,
  type MicrophoneProblem,
  microphones,
  obstacle,
  openMicrophone,
  problemOf,
} from '../../recording/microphone.ts';
import { useLevel } from '../../recording/use-level.ts';
import { useStrings } from '../../strings/strings.tsx';
import { MicrophoneHelp } from './microphone-help.tsx';
import { interviewStrings } from './strings.ts';
import { useFocusKept } from './use-focus-kept.ts';

/** Turns the microphone on, shows whether anything is heard, and lets another one be chosen. Records nothing. */
export function MicrophoneCheck({ deviceId, onReady }: { deviceId: string; onReady: (deviceId: string) => void }) {
  const t = useStrings(interviewStrings);
  const announce = useAnnounce();
  const [chosen, setChosen] = useState(deviceId);
  const [devices, setDevices] = useState<MediaDeviceInfo[]>([]);
  const [stream, setStream] = useState<MediaStream | null>(null);
  const [problem, setProblem] = useState<MicrophoneProblem | null>(obstacle);
  const { level, heard } = useLevel(stream);
  const panel = useRef<HTMLDivElement>(null);
  useFocusKept(panel, stream ? 'on' : 'off');

  useEffect(() => () => closeMicrophone(stream), [stream]);
  useEffect(() => {
    if (heard) announce(t.weHearYou);
  }, [heard, announce, t]);
  useEffect(() => {
    if (!stream) return;
    const refresh = () => void microphones().then(setDevices);
    refresh();
    navigator.mediaDevices.addEventListener('devicechange', refresh);
    return () => navigator.mediaDevices.removeEventListener('devicechange', refresh);
  }, [stream]);

  async function turnOn(device: string): Promise<void> {
    setChosen(device);
    try {
      const opened = await openMicrophone(device);
      opened.getAudioTracks()[0]?.addEventListener('ended', () => {
        setStream(null);
        setProblem('lost');
      });
      setProblem(null);
      setStream(opened);
    } catch (error) {
      setStream(null);
      setProblem(await problemOf(error));
    }
  }

  return (
    <div ref={panel} className="check">
      <h3>{t.checkTitle}</h3>
      <p>{t.checkText}</p>
      {problem && <MicrophoneHelp problem={problem} onRetry={() => void turnOn(chosen)} />}
      {!stream && !problem && (
        <Button kind="primary" onClick={() => void turnOn(chosen)}>
          {t.turnOn}
        </Button>
      )}
      {stream && (
        <>
          <Field label={t.microphone}>
            {(control) => (
              <select {...control} value={chosen} onChange={(event) => void turnOn(event.target.value)}>
                <option value="">{t.standardMicrophone}</option>
                {devices
                  .filter((device) => device.deviceId !== 'default')
                  .map((device, index) => (
                    <option key={device.deviceId} value={device.deviceId}>
                      {device.label || t.unnamedMicrophone(index + 1)}
                    </option>
                  ))}
              </select>
            )}
          </Field>
          <Meter label={t.level} value={level} text={t.levelText(Math.round(level * 100))} />
          <p className={heard ? 'heard' : 'quiet'}>{heard ? `✓ ${t.weHearYou}` : t.notHeard}</p>
          <Button kind="primary" onClick={() => onReady(chosen)}>
            {t.ready}
          </Button>
        </>
      )}
    </div>
  );
}
