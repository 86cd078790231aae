/** Asks for the token that the service was started with. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

interface TokenFormProps {
  /** One was given, and is not the one. */
  readonly refused: boolean;
  readonly onToken: (token: string) => void;
}

export function TokenForm({ refused, onToken }: TokenFormProps): JSX.Element {
  const [token, setToken] = useState('');
  return (
    <main class="token">
      <form
        class="panel"
        onSubmit={(event) => {
          event.preventDefault();
          onToken(token);
        }}
      >
        <h2>A token is needed</h2>
        <p>
          This service was started with <code>--token</code>. The token stays in this tab, and is sent to this service
          alone.
        </p>
        <label class="field">
          <span>Token</span>
          <input
            type="password"
            name="token"
            autocomplete="off"
            required
            aria-invalid={refused}
            value={token}
            onInput={(event) => {
              setToken(event.currentTarget.value);
            }}
          />
        </label>
        <div role="alert">
          {refused && (
            <p class="failure">
              <strong>Unauthorized</strong> the service does not know this token
            </p>
          )}
        </div>
        <button type="submit" class="primary">
          Connect
        </button>
      </form>
    </main>
  );
}
