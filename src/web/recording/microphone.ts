/** Why nothing can be recorded. Each has its own way out, which the page tells. */
export type MicrophoneProblem =
  | 'insecure'
  | 'unsupported'
  | 'refused'
  | 'dismissed'
  | 'missing'
  | 'busy'
  | 'lost'
  | 'failed';

/** What this browser can never do here, whatever is permitted; null when it can record. */
export function obstacle(): MicrophoneProblem | null {
  if (!window.isSecureContext) return 'insecure';
  const able = 'mediaDevices' in navigator && typeof MediaRecorder === 'function' && recordingType() !== null;
  return able ? null : 'unsupported';
}

/** The first type that both this browser writes and the server reads; null when there is none. */
export function recordingType(): string | null {
  const types = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];
  return types.find((type) => MediaRecorder.isTypeSupported(type)) ?? null;
}

/**
 * Asks for the microphone: the chosen one, or the browser's own choice when that is not there any more.
 * Throws what `problemOf` reads.
 */
export async function openMicrophone(deviceId: string): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({
    audio: {
      ...(deviceId && { deviceId: { ideal: deviceId } }),
      channelCount: { ideal: 1 },
      echoCancellation: true,
      noiseSuppression: true,
      autoGainControl: true,
    },
  });
}

/** Reads what `getUserMedia` rejects with (Media Capture and Streams, 10.2). */
export async function problemOf(error: unknown): Promise<MicrophoneProblem> {
  switch (error instanceof Error || error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return (await isRefusedForGood()) ? 'refused' : 'dismissed';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}

/** A prompt that was only closed comes again; a refusal has to be undone in the browser's settings. */
async function isRefusedForGood(): Promise<boolean> {
  try {
    const { state } = await navigator.permissions.query({ name: 'microphone' });
    return state === 'denied';
  } catch {
    return true; // a browser that does not tell: the advice for a refusal helps with both
  }
}

/** The microphones there are; their names are known only once one of them has been permitted. */
export async function microphones(): Promise<MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind, deviceId }) => kind === 'audioinput' && deviceId !== '');
}

export function closeMicrophone(stream: MediaStream | null): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
