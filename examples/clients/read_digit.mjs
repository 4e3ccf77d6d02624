// Read the digit in a picture: node read_digit.mjs PICTURE [http://localhost:8501]
// In a page of the same server: (await import("./read_digit.mjs")).readDigit(fileOrBlob)

export async function readDigit(picture, server = "") {
  const response = await fetch(`${server}/api/predict`, { method: "POST", body: picture });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.detail);
  return answer;
}

if (globalThis.process) {
  const { readFile } = await import("node:fs/promises");
  const [path, server = "http://localhost:8501"] = process.argv.slice(2);
  const { status, digit, confidence } = await readDigit(await readFile(path), server);
  console.log(status, digit, confidence);
}
