/**
 * Sends each response of a Google Form to Hookspan, signed. Preset: google-forms.
 *
 * 1. In the form: three dots, Apps Script. Paste this file.
 * 2. Project settings, Script properties: HOOKSPAN_URL, such as https://bridge.example.com/in/survey, and
 *    HOOKSPAN_SECRET, a long random text, the same as the Worker secret of the source.
 * 3. Run `install` once, and allow what it asks for.
 *
 * Whoever may edit the form can read the secret. Google does not call again what has failed: see Executions.
 */
const ATTEMPTS = 3;
const WAIT_MS = 2000;

function install() {
  ScriptApp.newTrigger("sendResponse").forForm(FormApp.getActiveForm()).onFormSubmit().create();
}

function sendResponse(event) {
  const properties = PropertiesService.getScriptProperties();
  const body = JSON.stringify(describe(event.source, event.response));
  post(properties.getProperty("HOOKSPAN_URL"), properties.getProperty("HOOKSPAN_SECRET"), body);
}

function describe(form, response) {
  // No prototype, so that a question may have any title.
  const answers = Object.create(null);
  for (const item of response.getItemResponses()) {
    let title = item.getItem().getTitle();
    while (title in answers) title += " (again)";
    answers[title] = item.getResponse();
  }
  return {
    type: "form.submitted",
    responseId: response.getId(),
    formId: form.getId(),
    formTitle: form.getTitle(),
    submittedAt: response.getTimestamp().toISOString(),
    respondentEmail: response.getRespondentEmail() || null,
    answers: answers,
  };
}

function post(url, secret, body) {
  let problem = "";
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (attempt > 1) Utilities.sleep(WAIT_MS);
    // Signed anew each time: a signature is good for five minutes.
    const time = String(Math.floor(Date.now() / 1000));
    const options = {
      method: "post",
      contentType: "application/json",
      headers: { "X-Hookspan-Signature": "t=" + time + ",v1=" + sign(time + "." + body, secret) },
      payload: body,
      muteHttpExceptions: true,
      followRedirects: false,
    };
    try {
      const status = UrlFetchApp.fetch(url, options).getResponseCode();
      if (status >= 200 && status < 300) return;
      problem = "HTTP " + status;
      if (status < 500 && status !== 429) break;
    } catch (error) {
      problem = String(error);
    }
  }
  throw new Error("Hookspan did not take the response: " + problem);
}

/** HMAC-SHA256, hex. Apps Script gives signed bytes, and would take text for US-ASCII. */
function sign(content, secret) {
  return Utilities.computeHmacSha256Signature(content, secret, Utilities.Charset.UTF_8)
    .map(function (byte) {
      return ("0" + (byte & 255).toString(16)).slice(-2);
    })
    .join("");
}
