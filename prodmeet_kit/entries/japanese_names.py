"""What fields of incidents and changes are called in Japanese."""

from __future__ import annotations

__all__ = ["CHANGE", "INCIDENT"]


def _when(*stems: str) -> str:
    """Each alone, and with what people put behind it to say that a time follows."""
    return " ".join((*stems, _at(*stems)))


def _at(*stems: str) -> str:
    behind = ("日", "日時", "時刻", "時間", "予定", "予定日時")
    return " ".join(stem + each for stem in stems for each in behind)


_BOTH = {
    "start": _when("開始"),
    "end": _when("終了"),
    "duration": "所要時間 継続時間 想定所要時間 予定所要時間",
    "services": "サービス 影響サービス 対象サービス 該当サービス 影響するサービス 影響のあるサービス "
    "影響のあったサービス 影響を受けるサービス 影響を受けたサービス",
}

INCIDENT = _BOTH | {
    "start": f"{_BOTH['start']} {_when('発生', '障害発生', '障害開始', '影響開始')}",
    "detected": _when("検知", "検出"),
    "mitigated": _when("緩和", "暫定復旧"),
    "end": f"{_BOTH['end']} {_when('復旧', '障害終了', '影響終了')} {_at('解消', '解決', '収束')}",
    "detected_by": "検知方法 検知手段 検知経路 検出方法",
    "severity": "重大度 深刻度",
    "impact": "影響 影響内容 影響範囲 ユーザー影響 ユーザ影響 ユーザーへの影響 顧客影響 顧客への影響",
    "postmortem": "ポストモーテム 振り返り",
}
"""The names of each field of an incident, blanks between them."""

CHANGE = _BOTH | {
    "start": f"{_BOTH['start']} {_when('作業開始', 'メンテナンス開始')} 日時 実施日時 作業日時",
    "end": f"{_BOTH['end']} {_when('完了', '作業終了', 'メンテナンス終了')}",
    "owner": "担当 担当者 責任者 作業者 実施者",
    "rollback": "ロールバック ロールバック手順 ロールバック方法 ロールバック計画 "
    "切り戻し 切り戻し手順 切り戻し方法 切り戻し計画 切戻し 切戻し手順 切戻し方法 切戻し計画",
    "response_needed": "必要な対応 必要な対応内容",
    "expected_effect": "期待される効果 想定される効果 想定効果",
}
"""The names of each field of a change, blanks between them."""
