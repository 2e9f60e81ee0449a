// Mantine's dialog with our manners: no scroll lock (it would write inline styles that the CSP forbids), the focus
// goes in and comes back, Esc closes the dialog and never the call.
import { Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useTexts } from "../i18n";
import { useKeys } from "../keys/use-keys";

export function Dialog(props: {
  title: string;
  onClose: () => void;
  children: ReactNode;
  size?: number | string;
  testid?: string;
  stays?: boolean;
}) {
  const t = useTexts();
  useKeys({}, true);
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={props.title}
      size={props.size ?? 560}
      centered
      lockScroll={false}
      transitionProps={{ duration: 0 }}
      closeOnClickOutside={!props.stays}
      closeOnEscape={!props.stays}
      withCloseButton={!props.stays}
      closeButtonProps={{ "aria-label": t.common.closeDialog }}
      data-testid={props.testid}
    >
      {props.children}
    </Modal>
  );
}
