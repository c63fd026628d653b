import { MediaStreamTrack, type RTCDataChannel, RTCPeerConnection, RtpHeader, RtpPacket, usePCMU } from 'werift';
import type { AnswerCall } from '../../src/offline/realtime/calls.ts';
import type { ConnectedClient } from '../../src/offline/realtime/connection.ts';
import { decodeMuLaw, encodeMuLaw } from './g711.ts';

/**
 * Both ends of a real WebRTC call: ICE over loopback, DTLS, the data channel `oai-events`, and sound over SRTP both
 * ways. The codec is G.711 μ-law, which every WebRTC peer must know (RFC 7874), because Opus would need a native
 * encoder; its loss wipes out the watermark by which the stand-in recognises words, so what it hears is just a voice.
 */
const openPeer = () =>
  new RTCPeerConnection({
    iceServers: [],
    bundlePolicy: 'max-bundle',
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
    codecs: { audio: [usePCMU()] },
  });

const packetMs = 20;
const packetBytes = 160;

/** Sends sound as it is played: a packet of 20 ms every 20 ms. */
function createPlayer(track: MediaStreamTrack) {
  let waiting = Buffer.alloc(0);
  let sequenceNumber = 0;
  const clock = setInterval(() => {
    if (waiting.length < packetBytes) return;
    const header = new RtpHeader({ payloadType: 0, sequenceNumber, timestamp: sequenceNumber * packetBytes });
    track.writeRtp(new RtpPacket(header, waiting.subarray(0, packetBytes)));
    waiting = waiting.subarray(packetBytes);
    sequenceNumber += 1;
  }, packetMs);
  return {
    play(samples: Int16Array) {
      waiting = Buffer.concat([waiting, encodeMuLaw(samples)]);
    },
    clear() {
      waiting = Buffer.alloc(0);
    },
    stop: () => clearInterval(clock),
  };
}

/** OpenAI's end of a call. */
export const answerCall: AnswerCall = async (offerSdp, session) => {
  const peer = openPeer();
  const track = new MediaStreamTrack({ kind: 'audio' });
  const player = createPlayer(track);
  let client: ConnectedClient | null = null;
  let channel: RTCDataChannel | null = null;
  peer.onTrack.subscribe((remote) => {
    remote.onReceiveRtp.subscribe(({ payload }) => session.hear(decodeMuLaw(payload)));
  });
  peer.onDataChannel.subscribe((opened) => {
    channel = opened;
    opened.onMessage.subscribe((message) => client?.receive(message));
    const join = () => {
      if (client || opened.readyState !== 'open') return;
      client = session.openChannel({
        send(text) {
          if (text.includes('"type":"output_audio_buffer.cleared"')) player.clear();
          if (opened.readyState === 'open') opened.send(text);
        },
        // A data channel has no closing codes: the caller sees it close.
        close: () => opened.close(),
        terminate: () => void peer.close(),
      });
    };
    opened.stateChanged.subscribe((state) => {
      join();
      // The first that is seen of a caller who leaves: the rest shows when ICE gives up.
      if (state === 'closed') session.hangUp();
    });
    join();
  });
  peer.connectionStateChange.subscribe((state) => {
    if (state === 'closed' || state === 'disconnected' || state === 'failed') session.hangUp();
  });
  session.onSpeech((samples) => player.play(samples));
  await peer.setRemoteDescription({ type: 'offer', sdp: offerSdp });
  const [transceiver] = peer.getTransceivers();
  if (!transceiver) throw new Error('the offer has no audio');
  transceiver.setDirection('sendrecv');
  await transceiver.sender.replaceTrack(track);
  await peer.setLocalDescription(await peer.createAnswer());
  return {
    sdp: peer.localDescription?.sdp ?? '',
    async close() {
      player.stop();
      client?.left();
      channel?.close();
      await peer.close();
    },
  };
};

type RealtimeEvent = Record<string, unknown>;

export interface Caller extends AsyncDisposable {
  offerSdp: string;
  /** Resolves once the data channel is open. */
  accept(answerSdp: string): Promise<void>;
  /** Every event from the data channel so far. */
  events: RealtimeEvent[];
  /** The first event of this type, which may have come already. */
  event(type: string): Promise<RealtimeEvent>;
  send(event: RealtimeEvent): void;
  /** Says 24 kHz samples into the microphone, in real time. */
  speak(samples: Int16Array): void;
  /** Loudness of what has been heard: the sum of squares of all samples so far. */
  heardEnergy(): number;
  /** Resolves when the other end has hung up. */
  closed: Promise<void>;
  hangUp(): Promise<void>;
}

/** A browser's end of a call. */
export async function createCaller(): Promise<Caller> {
  const peer = openPeer();
  const track = new MediaStreamTrack({ kind: 'audio' });
  const player = createPlayer(track);
  const transceiver = peer.addTransceiver(track, { direction: 'sendrecv' });
  const channel = peer.createDataChannel('oai-events');
  const events: RealtimeEvent[] = [];
  const waiting = new Map<string, PromiseWithResolvers<RealtimeEvent>>();
  const opened = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  let energy = 0;
  const slot = (type: string) => {
    const found = waiting.get(type) ?? Promise.withResolvers<RealtimeEvent>();
    waiting.set(type, found);
    return found;
  };

  transceiver.onTrack.subscribe((remote) => {
    remote.onReceiveRtp.subscribe(({ payload }) => {
      for (const sample of decodeMuLaw(payload)) energy += sample * sample;
    });
  });
  channel.onMessage.subscribe((message) => {
    const event: RealtimeEvent = JSON.parse(message.toString());
    events.push(event);
    slot(String(event.type)).resolve(event);
  });
  channel.stateChanged.subscribe((state) => {
    if (state === 'open') opened.resolve();
    if (state === 'closed') closed.resolve();
  });
  await peer.setLocalDescription(await peer.createOffer());

  async function hangUp() {
    player.stop();
    channel.close();
    await peer.close();
    closed.resolve();
  }
  return {
    offerSdp: peer.localDescription?.sdp ?? '',
    async accept(sdp) {
      await peer.setRemoteDescription({ type: 'answer', sdp });
      await opened.promise;
    },
    events,
    event: (type) => slot(type).promise,
    send: (event) => channel.send(JSON.stringify(event)),
    speak: (samples) => player.play(samples),
    heardEnergy: () => energy,
    closed: closed.promise,
    hangUp,
    [Symbol.asyncDispose]: hangUp,
  };
}
