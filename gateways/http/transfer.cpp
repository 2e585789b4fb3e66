#include "gateways/http/transfer.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>

#include <fmt/format.h>

#include "common/gateways/gateway_message.h"

namespace mfa::http {
namespace {

using Handle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;
using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

std::size_t take(char* bytes, std::size_t size, std::size_t count, void* target) {
  auto& body = *static_cast<std::string*>(target);
  const std::size_t length = size * count;
  if (body.size() + length > kLargestReply) return CURL_WRITEFUNC_ERROR;
  body.append(bytes, length);
  return length;
}

// "sms.example.org:8443": what no message has a part in. An address in digits is not shown, as it could be a number.
std::string_view host_of(std::string_view url) {
  const std::size_t start = url.find("://") + 3;
  const std::string_view host = url.substr(start, url.find_first_of("/?#", start) - start);
  const bool named = std::ranges::any_of(host, [](char c) { return c >= 'a' && c <= 'z'; });
  return named ? host : "the address in url";
}

std::string in_words(CURLcode code, const char* detail, const std::string& url, std::chrono::milliseconds limit) {
  const std::string_view host = host_of(url);
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return fmt::format("the name of the provider's host is not known: {}", host);
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "the name of the proxy is not known";
    case CURLE_COULDNT_CONNECT:
      return fmt::format("the provider cannot be reached: {}", host);
    case CURLE_OPERATION_TIMEDOUT:
      return fmt::format("the provider did not answer in {} s: {}",
                         std::chrono::ceil<std::chrono::seconds>(limit).count(), host);
    case CURLE_WRITE_ERROR:
      return "the provider answered too much";
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
      return fmt::format("the provider hung up: {}", host);
    case CURLE_PEER_FAILED_VERIFICATION:
      return fmt::format("the provider's certificate is not trusted: {}", detail);
    case CURLE_SSL_CACERT_BADFILE:
      return "ca_file cannot be read";
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return "what answered is no HTTP server";
    default:
      return fmt::format("{}: {}", curl_easy_strerror(code), host);
  }
}

// Whether libcurl took them all.
class Options {
 public:
  explicit Options(CURL* handle) : handle_(handle) {}
  template <class Value>
  Options& set(CURLoption option, Value value) {
    fine_ = fine_ && curl_easy_setopt(handle_, option, value) == CURLE_OK;
    return *this;
  }
  [[nodiscard]] bool fine() const { return fine_; }

 private:
  CURL* handle_;
  bool fine_ = true;
};

bool prepare(CURL* handle, const HttpRequest& request, const Connection& connection) {
  constexpr long kOff = 0;
  constexpr long kOn = 1;
  constexpr long kMatchHost = 2;
  Options options(handle);
  options.set(CURLOPT_URL, request.url.c_str())
      .set(CURLOPT_PROTOCOLS_STR, request.url.starts_with("https:") ? "https" : "http")
      .set(CURLOPT_FOLLOWLOCATION, kOff)
      .set(CURLOPT_SSL_VERIFYPEER, kOn)
      .set(CURLOPT_SSL_VERIFYHOST, kMatchHost)
      .set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2))
      .set(CURLOPT_PROXY, connection.proxy.c_str())  // empty: none, whatever the environment says
      .set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED))
      .set(CURLOPT_NOSIGNAL, kOn)
      .set(CURLOPT_TIMEOUT_MS, static_cast<long>(connection.limit.count()))
      .set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(connection.limit.count() / 2))
      .set(CURLOPT_USERAGENT, "pam_mfa/" MFA_VERSION)
      .set(CURLOPT_WRITEFUNCTION, take);
  // In place of the system's authorities: those have a folder, too.
  if (!connection.ca_file.empty())
    options.set(CURLOPT_CAINFO, connection.ca_file.c_str()).set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  if (!connection.username.empty()) {
    options.set(CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC))
        .set(CURLOPT_USERNAME, connection.username.c_str())
        .set(CURLOPT_PASSWORD, std::string(connection.password.text()).c_str());
  }
  if (request.body) {
    options.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body->size()))
        .set(CURLOPT_POSTFIELDS, request.body->c_str());
  }
  return options.set(CURLOPT_CUSTOMREQUEST, request.method.c_str()).fine();
}

}  // namespace

std::expected<HttpAnswer, NoAnswer> transfer(const HttpRequest& request, const Connection& connection) {
  const Handle handle(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_easy_init() : nullptr,
                      curl_easy_cleanup);
  if (!handle) return std::unexpected(NoAnswer{.why = "libcurl cannot be used"});
  Headers headers(nullptr, curl_slist_free_all);
  const auto add = [&](const char* header) {
    curl_slist* list = curl_slist_append(headers.get(), header);
    if (!headers) headers.reset(list);  // what it begins with does not change any more
    return list != nullptr;
  };
  bool fine = prepare(handle.get(), request, connection) && add("Expect:");
  for (const std::string& header : request.headers) fine = fine && add(header.c_str());

  HttpAnswer answer;
  std::array<char, CURL_ERROR_SIZE> detail{};
  bool asked = false;
  // Called when the way there is open, the certificate is trusted, and nothing has been said yet.
  const auto asks = [](void* told, char*, char*, int, int) {
    *static_cast<bool*>(told) = true;
    return CURL_PREREQFUNC_OK;
  };
  Options rest(handle.get());
  rest.set(CURLOPT_HTTPHEADER, headers.get())
      .set(CURLOPT_WRITEDATA, &answer.body)
      .set(CURLOPT_ERRORBUFFER, detail.data())
      .set(CURLOPT_PREREQFUNCTION, +asks)
      .set(CURLOPT_PREREQDATA, &asked);
  if (!fine || !rest.fine())
    return std::unexpected(NoAnswer{.why = "libcurl does not take the request: is url right?"});
  if (const CURLcode code = curl_easy_perform(handle.get()); code != CURLE_OK)
    return std::unexpected(
        NoAnswer{.why = in_words(code, detail.data(), request.url, connection.limit), .asked = asked});
  if (curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &answer.status) != CURLE_OK) answer.status = 0;
  return answer;
}

}  // namespace mfa::http
