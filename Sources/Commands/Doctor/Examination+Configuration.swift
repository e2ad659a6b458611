internal import FoundationEssentials
internal import Problems
internal import Terminal

extension Examination {
  /// What the files say, and what nobody honours of them.
  func configuration() -> [Finding] {
    let settings = context.configuration
    var findings = settings.files.map { Finding(.good, "configuration", $0) }
    if findings.isEmpty {
      findings.append(Finding(.good, "configuration", "no file; flags and environment only"))
    }
    findings += exposedFiles()
    if settings.label == "production", !settings.isProtected {
      findings.append(
        Finding(
          .warning,
          "configuration",
          "the label is production, but the database is not protected",
          advice:
            "Write 'protected: true' beside the label: replacing it then takes more than a token."
        )
      )
    }
    return findings
  }

  /// Files that others may write, so that only their harmless keys count.
  private func exposedFiles() -> [Finding] {
    context.configuration.files.compactMap { path in
      guard let facts = FileFacts(path: path), facts.mode & 0o022 != 0 else { return nil }
      return Finding(
        .warning,
        "configuration",
        "\(path) can be written by others",
        advice: "Run: chmod go-w '\(path)'"
      )
    }
  }

  /// Whether the key lies where the snapshots do: whoever takes one then has both.
  func keyPlace() -> [Finding] {
    guard let repository = context.configuration.repository, !repository.contains("://"),
      let root = FileFacts.realPath(repository)
    else { return [] }
    var file = context.configuration.keyFile
    if case .file(let path) = context.configuration.passphrase { file = path }
    guard let file, let real = FileFacts.realPath(file), real.hasPrefix(root + "/") else {
      return []
    }
    return [
      Finding(
        .bad,
        "key",
        "\(file) lies in the repository that it opens",
        advice: "Move it elsewhere, and give the repository a new key: drydock key add, key remove."
      )
    ]
  }
}
