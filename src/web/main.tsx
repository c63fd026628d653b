import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './styles/tokens.css';
import './styles/base.css';
import { App } from './app.tsx';
import { mayPass } from './session/refusals.ts';
import { createSession } from './session/session.ts';
import { SessionProvider } from './session/session-context.tsx';
import { LanguageProvider } from './strings/strings.tsx';

const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: (failures, error) => failures < 2 && mayPass(error), staleTime: 5_000 },
    mutations: { retry: false },
  },
});
const session = createSession(location.origin);
const root = document.getElementById('app');
if (!root) throw new Error('index.html has no #app.');

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <LanguageProvider>
        <SessionProvider session={session}>
          <App />
        </SessionProvider>
      </LanguageProvider>
    </QueryClientProvider>
  </StrictMode>,
);
