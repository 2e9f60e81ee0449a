import type { Texts } from "./index";

export const wakeEn: Texts["wake"] = {
  menu: "Wake me",
  title: "Wake this device",
  why: "When a step was missed and you are asked to act, this device sounds, also with this page closed. What was reported never shows on a locked screen.",
  on: "Wake this device",
  off: "Wake it no more",
  isOn: "This device is woken. Open Siaga at least once in 30 days.",
  isOff: "This device is not woken yet.",
  denied: "The browser refuses notifications of Siaga. Allow them in its site settings, then open this page again.",
  cannot: "This browser can't be woken. You are still asked on the screens, and at last by phone.",
  failed: "The browser's push service can't be reached. You are still asked on the screens, and at last by phone.",
};
