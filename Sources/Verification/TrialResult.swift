/// What came of a restore into a scratch server.
struct TrialResult: Sendable {
  /// What is wrong; empty where nothing is.
  var findings: [VerificationRun.Finding]
  /// How long the restore took; nil where it did not end.
  var restoreSeconds: Double?
  /// How many tables and indexes `amcheck` looked at; nil where nothing did.
  var relations: Int?
}
