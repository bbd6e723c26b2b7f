package dev.piecewise.trackerclient.api;

/**
 * {@code GET /v1/role}: what the token of the request allows.
 *
 * @param role {@code read}, {@code node} or {@code admin}
 * @param tokensInForce false if everybody may do everything, whatever token they show
 */
public record TokenRole(String role, boolean tokensInForce) {}
