public import Arguments

/// All commands, in the order in which help lists them.
public enum CommandTree {
  /// The program.
  public static var root: CommandGroup {
    CommandGroup(
      name: "drydock",
      summary: "Back up and migrate PostgreSQL databases safely.",
      discussion: """
        A migration goes through Drydock before it touches production: take a snapshot, rehearse \
        the pending patches on it in a scratch server, then migrate with the receipt. What must \
        be dropped is checked, set aside and confirmed first.
        """,
      sections: [
        .init(
          "Snapshots",
          [
            .command(BackupCommand.self), .command(SnapshotsCommand.self),
            .command(ShowCommand.self), .command(DiffCommand.self), .command(QueryCommand.self),
            .command(TagCommand.self), .command(ProtectCommand.self),
            .command(RestoreCommand.self),
            .command(RestoresCommand.self),
            .command(VerifyCommand.self), .command(CheckCommand.self),
            .command(CopyCommand.self), .command(ExportCommand.self),
            .command(ImportCommand.self),
            .command(ForgetCommand.self), .command(CollectCommand.self),
          ]
        ),
        .init(
          "Migrations",
          [
            .command(NewCommand.self), .command(StatusCommand.self), .command(PlanCommand.self),
            .command(RehearseCommand.self), .command(MigrateCommand.self),
            .command(UndoCommand.self), .command(GateCommand.self), .group(receipts),
            .group(backfill),
            .command(DriftCommand.self),
            .command(BaselineCommand.self), .command(RepairCommand.self),
          ]
        ),
        .init(
          "Operation",
          [
            .command(StopCommand.self), .command(StartCommand.self), .command(WavesCommand.self),
            .command(TransitionCommand.self), .group(parameters),
          ]
        ),
        .init(
          "Set up",
          [
            .command(InitCommand.self), .group(key), .command(ScheduleCommand.self),
            .command(DoctorCommand.self), .command(HealthCommand.self),
            .command(DashboardCommand.self),
            .command(CompletionsCommand.self), .command(ManualCommand.self),
            .group(tool),
          ]
        ),
      ],
      notes: [environment, exitStatus]
    )
  }

  private static var key: CommandGroup {
    CommandGroup(
      name: "key",
      summary: "Show and change who can open a repository.",
      discussion: """
        Each key slot opens for one passphrase, key file or host. A slot of role full reads and \
        writes everything. One of role write adds snapshots and reads its own; it cannot read \
        those of others, nor forget or collect.
        """,
      sections: [
        .init(
          "Commands",
          [
            .command(KeyListCommand.self), .command(KeyAddCommand.self),
            .command(KeyRemoveCommand.self), .command(KeyRotateCommand.self),
            .command(KeyGenerateCommand.self),
            .command(KeyTrustCommand.self),
          ]
        )
      ]
    )
  }

  private static var backfill: CommandGroup {
    CommandGroup(
      name: "backfill",
      summary: "Watch, pace and repair backfills.",
      discussion: """
        A backfill is a patch NAME.backfill.sql that fills many rows batch by batch. migrate runs it \
        in its place among the patches; these commands run a part of it, show how far it has come, \
        and try rows again that failed.
        """,
      sections: [
        .init(
          "Commands",
          [
            .command(BackfillStatusCommand.self), .command(BackfillRunCommand.self),
            .command(BackfillReplayCommand.self),
          ]
        )
      ]
    )
  }

  private static var receipts: CommandGroup {
    CommandGroup(
      name: "receipts",
      summary: "Show, revoke and forget the receipts of rehearsals.",
      discussion: """
        A receipt says that exactly these patches were rehearsed for exactly this database. migrate \
        and undo find the one that fits by themselves; these commands are for people.
        """,
      sections: [
        .init(
          "Commands",
          [
            .command(ReceiptsListCommand.self), .command(ReceiptsShowCommand.self),
            .command(ReceiptsRevokeCommand.self), .command(ReceiptsForgetCommand.self),
          ]
        )
      ]
    )
  }

  private static var parameters: CommandGroup {
    CommandGroup(
      name: "parameters",
      summary: "Show and change the parameters in a table of one row.",
      discussion: """
        'parameters: SCHEMA.TABLE' in the configuration names the table. A change checks the type, \
        shows the value before, and is kept with who and when in drydock.parameter_changes.
        """,
      sections: [
        .init(
          "Commands",
          [
            .command(ParametersGetCommand.self), .command(ParametersSetCommand.self),
            .command(ParametersHistoryCommand.self),
          ]
        )
      ]
    )
  }

  private static var tool: CommandGroup {
    CommandGroup(
      name: "tool",
      summary: "What packagers and developers need.",
      sections: [
        .init("Commands", [.command(GenerateCommand.self), .command(CompleteCommand.self)])
      ],
      isHidden: true
    )
  }

  private static var environment: CommandGroup.Note {
    .init("Environment", EnvironmentSettings.known.map { .init($0.name, $0.meaning) })
  }

  private static var exitStatus: CommandGroup.Note {
    .init("Exit status", ExitStatus.allCases.map { .init(String($0.rawValue), $0.meaning) })
  }
}
