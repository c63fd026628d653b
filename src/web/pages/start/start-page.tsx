import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { DemoNotice, useIsAsking } from '../../components/demo-notice.tsx';
import { ErrorNotice } from '../../components/error-notice.tsx';
import { useAnnounce } from '../../components/live-region.tsx';
import { Page } from '../../components/page.tsx';
import { Progress } from '../../components/progress.tsx';
import { navigate } from '../../router/location.ts';
import { useSession } from '../../session/session-context.tsx';
import { useLanguage, useStrings } from '../../strings/strings.tsx';
import { ConsentField } from './consent-field.tsx';
import { CvField } from './cv-field.tsx';
import { useDraft } from './draft.ts';
import { InterviewFields } from './interview-fields.tsx';
import { longestJobDescription, PositionField } from './position-field.tsx';
import { Section } from './section.tsx';
import { startStrings } from './strings.ts';
import { voiceOf } from './voice-of.ts';
import './start.css';

/** What the interview is made from. Leads to the page where the questions appear. */
export function StartPage() {
  const t = useStrings(startStrings);
  const { language } = useLanguage();
  const session = useSession();
  const queries = useQueryClient();
  const announce = useAnnounce();
  const asking = useIsAsking();
  const [draft, change] = useDraft();
  const [agreed, setAgreed] = useState(false);
  const [missing, setMissing] = useState(false);
  const jobDescription = useRef<HTMLTextAreaElement>(null);

  const create = useMutation({
    async mutationFn() {
      if (agreed) await session.consent();
      return session.viva.sessions.create.mutate({
        jobDescription: draft.jobDescription,
        ...(draft.cvFile ? { cvId: draft.cvFile.id } : draft.cvText.trim() && { cvText: draft.cvText }),
        questionCount: draft.questionCount,
        difficulty: draft.difficulty,
        voice: voiceOf(draft.voice),
        language: draft.language || language,
        mode: draft.mode,
        ...(draft.mode === 'live' && { interviewer: { acknowledge: draft.acknowledge } }),
      });
    },
    onSuccess(created) {
      queries.setQueryData(['session', created.id], created);
      navigate(`/start/${created.id}`);
    },
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (create.isPending) return;
    const { length } = draft.jobDescription.trim();
    setMissing(length === 0);
    if (length === 0 || length > longestJobDescription) return jobDescription.current?.focus();
    announce(t.submitting);
    create.mutate();
  };

  return (
    <Page title={t.title} lead={t.lead} wide>
      <DemoNotice />
      <form noValidate onSubmit={submit} hidden={asking}>
        <Section numeral="I" title={t.position} note={t.positionNote}>
          <PositionField
            ref={jobDescription}
            value={draft.jobDescription}
            missing={missing && draft.jobDescription.trim() === ''}
            onChange={(text) => change({ jobDescription: text })}
          />
        </Section>
        <Section numeral="II" title={t.you} note={t.youNote}>
          <CvField draft={draft} change={change} />
        </Section>
        <Section numeral="III" title={t.interview} note={t.interviewNote}>
          <InterviewFields draft={draft} change={change} />
        </Section>
        <Section numeral="IV" title={t.consentTitle} note={t.consentNote}>
          <ConsentField agreed={agreed} onChange={setAgreed} />
          {create.isError && <ErrorNotice title={t.failed} error={create.error} />}
          {create.isPending && <Progress label={t.submitting} max={1} text={t.submittingText} />}
          <Button kind="primary" type="submit" busy={create.isPending}>
            {t.submit}
          </Button>
        </Section>
      </form>
    </Page>
  );
}
