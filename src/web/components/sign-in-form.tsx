import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useSession } from '../session/session-context.tsx';
import { useStrings } from '../strings/strings.tsx';
import { accountStrings } from './account-strings.ts';
import { Button } from './button.tsx';
import { ErrorNotice } from './error-notice.tsx';
import { Field } from './field.tsx';

/** Makes an account or signs in to one. A guest's history comes along either way. */
export function SignInForm({ first, onDone }: { first: 'register' | 'login'; onDone: () => void }) {
  const t = useStrings(accountStrings);
  const session = useSession();
  const queries = useQueryClient();
  const [registering, setRegistering] = useState(first === 'register');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const submit = useMutation({
    mutationFn: () => (registering ? session.register({ email, password }) : session.login({ email, password })),
    async onSuccess() {
      await queries.invalidateQueries();
      onDone();
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!submit.isPending) submit.mutate();
  };
  return (
    <form onSubmit={onSubmit} noValidate>
      <Field label={t.email}>
        {(control) => (
          <input
            {...control}
            type="email"
            autoComplete="email"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      <Field label={t.password} hint={registering ? t.passwordHint : undefined}>
        {(control) => (
          <input
            {...control}
            type="password"
            autoComplete={registering ? 'new-password' : 'current-password'}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      {submit.isError && <ErrorNotice title={t.failed} error={submit.error} />}
      <div className="actions">
        <Button kind="primary" type="submit" busy={submit.isPending}>
          {registering ? t.register : t.signIn}
        </Button>
        <Button kind="quiet" onClick={() => setRegistering(!registering)}>
          {registering ? t.haveAccount : t.needAccount}
        </Button>
      </div>
    </form>
  );
}
