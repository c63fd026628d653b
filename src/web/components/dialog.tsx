import { type ReactNode, useEffect, useId, useRef } from 'react';
import { useCommonStrings } from '../strings/strings.tsx';
import './dialog.css';

/** A modal dialog: the browser keeps the focus inside and gives it back; Escape closes. `children` end with buttons. */
export function Dialog({
  open,
  onClose,
  title,
  dismissible = false,
  children,
}: {
  open: boolean;
  onClose: () => void;
  title: string;
  /** Shows a cross in its corner: for dialogs whose buttons do not include a way out. */
  dismissible?: boolean;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const t = useCommonStrings();
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open && dialog.current?.open) dialog.current.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={id} onClose={onClose}>
      {open && (
        <>
          <h2 id={id}>{title}</h2>
          {children}
          {/* Last, so that the first field has the focus. */}
          {dismissible && (
            <button type="button" className="dialog-close" aria-label={t.close} onClick={onClose}>
              <span aria-hidden="true">×</span>
            </button>
          )}
        </>
      )}
    </dialog>
  );
}
