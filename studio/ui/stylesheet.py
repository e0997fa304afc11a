"""The stylesheet over Fusion, made from a palette: spacing in fours, one radius, one accent."""

from pathlib import Path

from studio.ui.palette import Palette

_TEMPLATE = """
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {border}; padding: 4px 6px; }}

QMenuBar {{ background: {window}; color: {text}; padding: 2px 4px; border-bottom: 1px solid {border}; }}
QMenuBar::item {{ padding: 4px 8px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected, QMenuBar::item:pressed {{ background: {hover}; }}
QMenu {{ background: {raised}; color: {text}; border: 1px solid {border}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {hover}; }}
QMenu::item:disabled {{ color: {faint}; }}
QMenu::icon {{ padding-left: 8px; }}
QMenu::separator {{ height: 1px; background: {border}; margin: 4px 8px; }}

*[role="muted"] {{ color: {muted}; }}
*[role="title"] {{ font-weight: 600; }}
*[role="link"] {{ color: {link}; }}
*[role="bar"] {{ background: {window}; }}
*[role="panel"] {{ background: {panel}; }}
*[role="card"] {{ background: {raised}; border: 1px solid {border}; border-radius: {radius}px; }}
*[role="notice"] {{ background: {raised}; border: 1px solid {control}; border-radius: {radius}px; }}
*[role="toast"] {{ background: {raised}; border: 1px solid {control}; border-radius: {radius}px;
    padding: 6px 12px; }}
*[role="popup"] {{ background: {raised}; border: 1px solid {border}; }}
*[role="row"] {{ background: transparent; border-radius: {radius}px; }}
*[role="row"]:hover {{ background: {hover}; }}
*[role="rowchosen"] {{ background: {hover}; border-radius: {radius}px; }}
*[role="line"] {{ background: {border}; border: none; }}

QToolButton {{ border: 1px solid transparent; border-radius: {radius}px; padding: 4px;
    background: transparent;
              color: {text}; }}
QToolButton:hover {{ background: {hover}; }}
QToolButton:pressed {{ background: {border}; }}
QToolButton:checked {{ background: {accent}; color: {on_accent}; }}
QToolButton:checked:hover {{ background: {accent_hover}; }}
QToolButton:disabled {{ color: {faint}; }}
QToolButton:focus {{ border: 1px solid {accent}; }}
QToolButton::menu-indicator {{ image: none; }}
QToolButton[role="section"] {{ text-align: left; font-weight: 600; padding: 6px 4px; }}
QToolButton[role="section"][flush="true"] {{ padding-left: -4px; }}
QToolButton[role="section"]:checked, QToolButton[role="section"]:checked:hover {{ background: transparent;
    color: {text}; }}
QToolButton[role="section"]:hover, QToolButton[role="section"]:checked:hover {{ background: {hover}; }}
QToolButton[role="soft"]:checked {{ background: {hover}; color: {text}; }}
QToolButton[role="soft"]:checked:hover {{ background: {border}; }}

Rail QToolButton {{ padding: 4px 0; }}

QPushButton {{ background: {raised}; color: {text}; border: 1px solid {control}; border-radius: {radius}px;
              padding: 5px 12px; min-height: 18px; }}
QPushButton:hover {{ background: {hover}; }}
QPushButton:pressed {{ background: {border}; }}
QPushButton:focus {{ border-color: {accent}; }}
QPushButton:disabled {{ color: {faint}; border-color: {border}; }}
QPushButton:default, QPushButton[role="primary"] {{ background: {accent}; color: {on_accent};
    border-color: {accent};
              font-weight: 600; }}
QPushButton:default:hover, QPushButton[role="primary"]:hover {{ background: {accent_hover};
    border-color: {accent_hover}; }}
QPushButton:default:disabled, QPushButton[role="primary"]:disabled {{ background: {hover}; color: {faint};
              border-color: {hover}; }}
QPushButton[role="link"] {{ background: transparent; border: 1px solid transparent; color: {link};
    padding: 1px 4px;
              min-height: 16px; border-radius: 4px; }}
QPushButton[role="link"]:hover {{ background: {hover}; }}
QPushButton[role="link"]:disabled {{ color: {faint}; }}
QPushButton[role="link"]:focus {{ border-color: {accent}; }}

QLineEdit, QSpinBox, QDoubleSpinBox, QPlainTextEdit, QTextBrowser {{ background: {field}; color: {text};
              border: 1px solid {control}; border-radius: {radius}px; padding: 4px 6px;
              selection-background-color: {accent}; selection-color: {on_accent}; }}
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QPlainTextEdit:focus {{ border-color: {accent}; }}
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled {{ color: {faint}; border-color: {border}; }}
QSpinBox, QDoubleSpinBox {{ padding-right: 20px; min-height: 18px; }}
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button {{
              width: 18px; border: none; background: transparent; subcontrol-origin: border; }}
QSpinBox::up-button, QDoubleSpinBox::up-button {{ subcontrol-position: top right; }}
QSpinBox::down-button, QDoubleSpinBox::down-button {{ subcontrol-position: bottom right; }}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{ image: url("{images}/up.svg"); width: 12px; height: 12px; }}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: url("{images}/down.svg"); width: 12px;
    height: 12px; }}

QComboBox {{ background: {raised}; color: {text}; border: 1px solid {control}; border-radius: {radius}px;
            padding: 4px 8px; min-height: 18px; }}
QComboBox:hover {{ background: {hover}; }}
QComboBox:focus {{ border-color: {accent}; }}
QComboBox:disabled {{ color: {faint}; border-color: {border}; }}
QComboBox::drop-down {{ border: none; width: 22px; subcontrol-position: center right; }}
QComboBox::down-arrow {{ image: url("{images}/down.svg"); width: 14px; height: 14px; }}
QComboBox QAbstractItemView {{ background: {raised}; color: {text}; border: 1px solid {border}; padding: 4px;
            outline: none; selection-background-color: {hover}; selection-color: {text}; }}

QCheckBox {{ spacing: 8px; color: {text}; }}
QCheckBox::indicator {{ width: 16px; height: 16px; border: 1px solid {control}; border-radius: 4px;
    background: {field}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent};
    image: url("{images}/check.svg"); }}
QCheckBox::indicator:focus {{ border-color: {accent}; }}
QCheckBox:disabled {{ color: {faint}; }}
QRadioButton {{ spacing: 8px; color: {text}; }}
QRadioButton::indicator {{ width: 16px; height: 16px; border: 1px solid {control}; border-radius: 9px;
    background: {field}; }}
QRadioButton::indicator:checked {{ width: 8px; height: 8px; border: 5px solid {accent};
    background: {on_accent}; }}
QRadioButton::indicator:focus {{ border-color: {accent}; }}
QRadioButton::indicator:disabled {{ border-color: {border}; }}
QRadioButton:disabled {{ color: {faint}; }}

QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {border}; }}
QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {control}; }}
QSlider::handle:horizontal {{ width: 12px; height: 12px; margin: -5px 0; border-radius: 7px;
    background: {text};
            border: 1px solid {panel}; }}
QSlider::handle:horizontal:hover {{ background: {accent}; }}
QSlider::handle:horizontal:focus {{ background: {accent}; }}
QSlider::handle:horizontal:disabled {{ background: {faint}; }}
QSlider::sub-page:horizontal:disabled {{ background: {border}; }}

QAbstractItemView {{ background: {field}; color: {text}; border: 1px solid {border};
    border-radius: {radius}px;
            outline: none; }}
QAbstractItemView::item {{ border-radius: 4px; padding: 4px; }}
QAbstractItemView::item:hover {{ background: {hover}; }}
QAbstractItemView::item:selected {{ background: {hover}; color: {text}; }}

QScrollArea {{ border: none; background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {faint}; border-radius: 3px; margin: 2px; min-height: 24px;
    min-width: 24px; }}
QScrollBar::handle:hover {{ background: {control}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}

QProgressBar {{ background: {border}; border: none; border-radius: 2px; height: 4px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 2px; }}
QProgressBar[role="share"]::chunk {{ background: {control}; }}

*[role="drop"] {{ background: transparent; border: 1px dashed {control}; border-radius: {radius}px; }}
*[role="dropping"] {{ background: {hover}; border: 1px dashed {accent}; border-radius: {radius}px; }}
*[role="small"] {{ color: {muted}; font-size: 12px; }}
QToolButton[role="choice"] {{ border: 1px solid {control}; padding: 5px 8px; background: {raised}; }}
QToolButton[role="choice"]:hover {{ background: {hover}; }}
QToolButton[role="choice"]:checked {{ background: {accent}; color: {on_accent}; border-color: {accent}; }}
*[role="figure"] {{ font-size: 24px; font-weight: 600; }}
QTabBar::tab {{ background: transparent; color: {muted}; padding: 6px 12px; border: none;
    border-bottom: 2px solid transparent; }}
QTabBar::tab:hover {{ color: {text}; }}
QTabBar::tab:selected {{ color: {text}; border-bottom: 2px solid {accent}; }}
QTabBar::tab:focus {{ color: {text}; background: {hover}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {border}; }}
"""


def stylesheet(palette: Palette, images: Path, radius: int) -> str:
    """The whole stylesheet; `images` is the folder with this theme's small arrows and ticks."""
    colours = {name: getattr(palette, name) for name in palette.__slots__}
    return _TEMPLATE.format(**colours, images=images.as_posix(), radius=radius)
