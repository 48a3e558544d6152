// The button of a draw's page: repeats it here and says whether it is the same.
import { check } from "./draw.js";

const box = document.getElementById("again");
// Digests are kept from pages that came over an open line; then the file and the command remain.
if (box && globalThis.crypto?.subtle) {
  box.hidden = false;
  const say = (name, why = "") => {
    const told = document.getElementById(name).content.cloneNode(true);
    if (why) told.querySelector("span").textContent = why;
    document.getElementById("verdict").replaceChildren(told);
  };
  box.querySelector("button").addEventListener("click", async () => {
    try {
      const file = await (await fetch(box.dataset.file)).json();
      if (await check(file)) say("draw-yes");
      else say("draw-no", "算出的结果与公布的不同。请保存抽取文件，向监督机构反映。");
    } catch (error) {
      say("draw-no", error.message);
    }
  });
}
