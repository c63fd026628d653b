import { z } from 'zod';
import { closeMicrophone, openMicrophone } from '../recording/microphone.ts';

/** A conversation whose sound goes straight to the model and back (WebRTC). Its words come as events all the same. */
export interface DirectCall {
  setMuted(muted: boolean): void;
  /** Hears nothing and says nothing until it is resumed. */
  setHeld(held: boolean): void;
  hangUp(): void;
}

export interface DirectCallListener {
  onHearing(hearing: boolean): void;
  onSpeaking(speaking: boolean): void;
  /** It ended, and nobody here has hung up. */
  onEnded(): void;
}

interface DirectCallOptions {
  deviceId: string;
  /** Takes this browser's offer to the server, and gives the answer. */
  place: (sdp: string) => Promise<string>;
}

/** Candidates of this machine are there at once; nobody waits longer for the others. */
const gatheringMs = 1_000;
const eventSchema = z.object({ type: z.string() });

/** Throws what `getUserMedia` and `place` throw. Call it from a click. */
export async function placeDirectCall(
  listener: DirectCallListener,
  { deviceId, place }: DirectCallOptions,
): Promise<DirectCall> {
  const stream = await openMicrophone(deviceId);
  const peer = new RTCPeerConnection();
  const audio = document.createElement('audio');
  let over = false;
  const end = () => {
    over = true;
    peer.close();
    closeMicrophone(stream);
    audio.srcObject = null;
    audio.remove();
  };
  const lost = () => {
    if (over) return;
    end();
    listener.onEnded();
  };
  audio.autoplay = true;
  audio.hidden = true;
  document.body.append(audio);
  peer.ontrack = ({ streams: [heard] }) => {
    audio.srcObject = heard ?? null;
  };
  peer.onconnectionstatechange = () => {
    if (['failed', 'closed', 'disconnected'].includes(peer.connectionState)) lost();
  };
  for (const track of stream.getTracks()) {
    peer.addTrack(track, stream);
    track.addEventListener('ended', lost);
  }
  const channel = peer.createDataChannel('oai-events');
  channel.onmessage = ({ data }) => tell(listener, data);
  channel.onclose = lost;
  try {
    await peer.setLocalDescription();
    await gathered(peer);
    const sdp = await place(peer.localDescription?.sdp ?? '');
    await peer.setRemoteDescription({ type: 'answer', sdp });
  } catch (error) {
    end();
    throw error;
  }
  return {
    setMuted(muted) {
      for (const track of stream.getTracks()) track.enabled = !muted;
    },
    setHeld(held) {
      for (const track of stream.getTracks()) track.enabled = !held;
      audio.muted = held;
    },
    hangUp: end,
  };
}

/** The few of the model's events that say who is talking; the rest is told by the server. */
function tell(listener: DirectCallListener, data: unknown): void {
  const event = eventSchema.safeParse(typeof data === 'string' ? JSON.parse(data) : null);
  const { type = '' } = event.data ?? {};
  if (type === 'input_audio_buffer.speech_started') listener.onHearing(true);
  if (type === 'input_audio_buffer.speech_stopped') listener.onHearing(false);
  if (type === 'output_audio_buffer.started') listener.onSpeaking(true);
  if (['output_audio_buffer.stopped', 'output_audio_buffer.cleared'].includes(type)) listener.onSpeaking(false);
}

function gathered(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      if (peer.iceGatheringState === 'complete') resolve();
    };
    peer.addEventListener('icegatheringstatechange', done);
    setTimeout(resolve, gatheringMs);
    done();
  });
}
