import "@fontsource-variable/inter";
import "./theme/tokens.css";
import "./theme/base.css";
import "./theme/console.css";
import "./theme/pages.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
const page = createRoot(root);
if (location.pathname === "/states") {
  void import("./states/states").then(({ States }) => page.render(<States />));
} else {
  page.render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
