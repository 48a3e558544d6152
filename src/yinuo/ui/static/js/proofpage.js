// The page that checks a proof where it is; without this script the form goes to the server, which says so.
import { checkProof, takenOut } from "./proof.js";
import { isPrinted, unpacked } from "./printed.js";

const form = document.querySelector("[data-proof]"), verdict = document.getElementById("verdict");
// Kept as a file of its own there is no server to ask.
const alone = form.dataset.proof === "alone";
const words = JSON.parse(document.getElementById("proof-words").textContent);

function show(id, fill) {
  const made = document.getElementById(id).content.cloneNode(true);
  fill(made);
  verdict.replaceChildren(made);
  verdict.focus();
}

const told = (error) => `${Object.entries(words.errors).find(([part]) => error.includes(part))?.[1] ?? words.otherwise}（${error}）`;
const refuse = (why) => show("proof-no", (made) => { made.querySelector("p:not(.banner-title)").textContent = why; });

function when(text) {
  const at = new Date(text), part = (options) => at.toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", ...options });
  return `${part({ year: "numeric", month: "long", day: "numeric" })} ${part({ hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false })}`;
}

function accept(found) {
  const rows = [
    ["记的是", words.types[found.type] ?? found.type],
    ["签发", found.issuer],
    ["写于", when(found.at)],
    ["位置", `日志的第 ${found.index + 1} 条，共 ${found.size} 条；是这个主体的第 ${found.n} 条`],
    ["见证的节点", found.witnesses.map(([name, seconds]) => `${name}（${when(Number(seconds) * 1000)}）`).join("、") || "没有独立的节点"],
  ];
  show("proof-yes", (made) => {
    const list = made.querySelector("dl");
    const add = (name, value, strong) => {
      const row = document.createElement("div"), dt = document.createElement("dt"), dd = document.createElement("dd");
      dt.textContent = name;
      dd.textContent = value;
      if (strong) dd.className = "strong";
      row.append(dt, dd);
      list.append(row);
    };
    rows.forEach(([name, value]) => add(name, value));
    found.fields.forEach(([name, value]) => add(words.fields[name] ?? name, typeof value === "string" ? value : JSON.stringify(value), true));
  });
}

// -- the printed code: as text, in a picture, before the camera

// The browser's own detector, where it has one, then ours, which is fetched when it is first needed. A photograph may take its time.
const own = Promise.resolve(globalThis.BarcodeDetector?.getSupportedFormats())
  .then((formats) => (formats?.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null), () => null);
const LONGEST = 4000, PATIENT = { effort: Infinity, timeLimit: 4000 };

async function codeIn(picture, options) {
  const seen = await (await own)?.detect(picture).catch(() => []);
  return seen?.map((one) => one.rawValue).find(isPrinted) ?? decoded(picture, options);
}

async function decoded(picture, options) {
  const { default: decode } = await import("../vendor/qr.min.js");
  const width = picture.videoWidth ?? picture.width, height = picture.videoHeight ?? picture.height;
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale)), drawn = canvas.getContext("2d");
  drawn.drawImage(picture, 0, 0, canvas.width, canvas.height);
  try {
    const text = decode(drawn.getImageData(0, 0, canvas.width, canvas.height), options);
    return isPrinted(text) ? text : null;
  } catch { return null; } // no code in it
}

async function fromPicture(file) {
  const text = await createImageBitmap(file).then((picture) => codeIn(picture, PATIENT)).catch(() => null);
  return text ? check(text) : refuse("图片里没有找到离线核验码。请把码拍正、拍满、拍清楚，或者用手机扫一扫，粘贴文字。");
}

const camera = form.querySelector("[data-camera]"), video = form.querySelector("video");
camera.hidden = !navigator.mediaDevices;
function stop() {
  video.srcObject?.getTracks().forEach((track) => track.stop());
  video.srcObject = null;
  video.hidden = true;
}
camera.addEventListener("click", async () => {
  if (video.srcObject) return stop();
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1920 } } });
  } catch { return refuse("摄像头没有打开。请允许使用摄像头，或者用手机扫一扫，粘贴文字。"); }
  video.hidden = false;
  await video.play();
  while (video.srcObject) {
    const text = await codeIn(video).catch(() => null);
    if (text) {
      stop();
      form.elements.printed.value = text;
      return check(text);
    }
    await new Promise((resume) => { setTimeout(resume, 200); });
  }
  return undefined;
});

// -- what was given

/** Text of a printed code, or the bytes of a file. */
async function check(given) {
  try {
    const text = typeof given === "string" ? given : new TextDecoder().decode(given);
    const proof = typeof given === "string" || isPrinted(text) ? await unpacked(text) : takenOut(given);
    accept(await checkProof(proof, form.elements.policy.value));
  } catch (error) {
    if (error.name === "NotSupportedError" && alone) refuse("这个浏览器不会核对这种签名，请换用新版的浏览器，或者命令 yinuo chain verify。");
    else if (error.name === "NotSupportedError") form.submit();
    else refuse(told(error.message));
  }
}

form.addEventListener("submit", (event) => {
  const file = form.elements.file.files[0], text = form.elements.printed.value;
  if (!alone && ((!file && !text) || !globalThis.crypto?.subtle)) return; // the server says what is missing
  event.preventDefault();
  if (!file && !text) refuse("请选择证明文件，或者粘贴离线核验码的文字。");
  if (text) check(text);
  else if (file?.type.startsWith("image/")) fromPicture(file);
  else if (file) file.arrayBuffer().then((data) => check(new Uint8Array(data)));
});
