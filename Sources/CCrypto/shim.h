// libcrypto of OpenSSL: AEAD, HMAC, key derivation, signatures.
#pragma once
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/core_names.h>
#include <openssl/rand.h>
#include <openssl/err.h>
#include <openssl/crypto.h>

// A context for HMAC-SHA-256 with its key set. OSSL_PARAM holds pointers into its maker's frame,
// which Swift cannot promise to keep alive, so the parameters are built here.
static inline EVP_MAC_CTX *drydock_hmac_sha256(const unsigned char *key, size_t length) {
  EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
  if (mac == NULL) return NULL;
  EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
  EVP_MAC_free(mac);
  if (context == NULL) return NULL;
  char digest[] = "SHA256";
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end(),
  };
  if (EVP_MAC_init(context, key, length, parameters) == 1) return context;
  EVP_MAC_CTX_free(context);
  return NULL;
}
